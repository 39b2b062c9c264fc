/*
 * list.h - circular doubly linked lists whose links live inside the listed objects.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next;
	struct list *prev;
};

#define LIST_INIT(name) { &(name), &(name) }

/* The object of the given type whose member is this link. */
#define container_of(link, type, member) ((type *)((char *)(link) - offsetof(type, member)))

/* for (each object in list); the body may remove obj only with list_for_each_safe. */
#define list_for_each(obj, head, member)						\
	for (obj = container_of((head)->next, __typeof__(*obj), member);		\
	     &obj->member != (head);							\
	     obj = container_of(obj->member.next, __typeof__(*obj), member))

#define list_for_each_safe(obj, tmp, head, member)					\
	for (obj = container_of((head)->next, __typeof__(*obj), member),		\
	     tmp = container_of(obj->member.next, __typeof__(*obj), member);		\
	     &obj->member != (head);							\
	     obj = tmp, tmp = container_of(tmp->member.next, __typeof__(*tmp), member))

static inline void list_init(struct list *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

/* Put link right after (list_push) or right before (list_append) another link or the head. */
static inline void list_push(struct list *head, struct list *link)
{
	link->next = head->next;
	link->prev = head;
	head->next->prev = link;
	head->next = link;
}

static inline void list_append(struct list *head, struct list *link)
{
	list_push(head->prev, link);
}

/* Take a link out; it becomes a list of its own, so removing it twice is harmless. */
static inline void list_remove(struct list *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	list_init(link);
}

/* Take the first link out; NULL when the list is empty. */
static inline struct list *list_pop(struct list *head)
{
	struct list *first = head->next;

	if (first == head)
		return NULL;
	list_remove(first);
	return first;
}
