// main.cc - a C++ program: exceptions through frames of a library and out of threads, threads that
// wait for one another, thread-local objects that are destroyed, streams, and the containers.
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "thrower.h"

static std::atomic<int> destroyed;

struct Noticed {
	~Noticed() { destroyed++; }
};

static thread_local Noticed noticed;

static void touch() { (void)&noticed; }

static void catches()
{
	try {
		through_library([] { throw std::runtime_error("from the program"); });
	} catch (const std::exception &e) {
		std::cout << "caught " << e.what() << '\n';
	}
	try {
		throws_own("from the library");
	} catch (const LibraryError &e) {
		std::cout << "caught " << e.what() << ", code " << e.code << '\n';
	}
	try {
		try {
			std::vector<int>(3).at(7);
		} catch (...) {
			std::throw_with_nested(std::logic_error("outer"));
		}
	} catch (const std::exception &e) {
		try {
			std::rethrow_if_nested(e);
		} catch (const std::out_of_range &) {
			std::cout << "nested out_of_range in " << e.what() << '\n';
		}
	}
	std::cout << "library unwound " << unwound() << " frames\n";
	try {
		std::unique_ptr<char[]> much(new char[size_t(1) << 60]);
	} catch (const std::bad_alloc &) {
		std::cout << "bad_alloc\n";
	}
}

// Producers and consumers of one queue.
static void queue()
{
	std::mutex mutex;
	std::condition_variable changed;
	std::deque<int> items;
	long sum = 0;
	int open = 4;
	std::vector<std::thread> threads;

	for (int p = 0; p < 4; p++)
		threads.emplace_back([&, p] {
			touch();
			for (int i = 0; i < 500; i++) {
				std::unique_lock<std::mutex> lock(mutex);
				changed.wait(lock, [&] { return items.size() < 16; });
				items.push_back(p * 500 + i);
				changed.notify_all();
			}
			std::lock_guard<std::mutex> lock(mutex);
			open--;
			changed.notify_all();
		});
	for (int c = 0; c < 3; c++)
		threads.emplace_back([&] {
			touch();
			for (;;) {
				std::unique_lock<std::mutex> lock(mutex);
				changed.wait(lock, [&] { return !items.empty() || !open; });
				if (items.empty())
					return;
				sum += items.front();
				items.pop_front();
				changed.notify_all();
			}
		});
	for (auto &t : threads)
		t.join();
	std::cout << "sum " << sum << ", thread-local objects destroyed " << destroyed << '\n';
}

static void futures()
{
	auto square = std::async(std::launch::async, [] { return 12 * 12; });
	auto fails = std::async(std::launch::async, []() -> int { throw 42; });

	std::cout << "future " << square.get() << '\n';
	try {
		fails.get();
	} catch (int n) {
		std::cout << "a thread's exception " << n << '\n';
	}
	std::once_flag once;
	int times = 0;
	std::vector<std::thread> threads;
	for (int i = 0; i < 8; i++)
		threads.emplace_back([&] { std::call_once(once, [&] { times++; }); });
	for (auto &t : threads)
		t.join();
	std::cout << "once: " << times << '\n';
}

static void streams()
{
	std::map<std::string, int> words;
	std::istringstream in("the quick fox and the lazy dog and the end");
	for (std::string word; in >> word;)
		words[word]++;
	for (const auto &[word, n] : words)
		std::cout << word << '=' << n << ' ';
	std::cout << '\n';
	std::ofstream("/tmp/oracle-real.txt") << "line one\nline " << 2 << '\n';
	std::ifstream file("/tmp/oracle-real.txt");
	std::string line;
	while (std::getline(file, line))
		std::cout << "file: " << line << '\n';
	std::cout << std::regex_replace("a1b22c", std::regex("[0-9]+"), "#") << '\n';
	std::cout.precision(12);
	std::cout << 1.0 / 3 << ' ' << std::hex << 255 << std::dec << '\n';
}

int main()
{
	catches();
	queue();
	futures();
	streams();
	std::remove("/tmp/oracle-real.txt");
	std::set_terminate([] {
		std::cout << "terminate" << std::endl;
		std::_Exit(7);
	});
	throw std::runtime_error("nobody catches this");
}
