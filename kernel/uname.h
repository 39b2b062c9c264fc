/*
 * uname.h - what uname(2) says.
 */
#pragma once

#include "kernel/abi.h"

/* nodename and domainname can be set; the others are as they are. */
extern struct utsname kernel_name;
void uname_get(struct utsname *now);
void uname_set_node(const char *name);
