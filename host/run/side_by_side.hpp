// A loop whose iterations may run at once.
#pragma once

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace zeroth::host {

/// body(0), ..., body(n - 1), each a task, on the threads of the arena it is called in.  A thread
/// that waits here starts no other task meanwhile.  The first exception of a body is thrown here.
template <typename Body>
void side_by_side(std::uint64_t n, const Body& body) {
  // oneTBB orders the bodies after the call and before the return; this says the same where
  // ThreadSanitizer, which cannot see into the library, looks.
  std::atomic<int> order{0};
  order.store(1, std::memory_order_release);
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(
        std::uint64_t{0}, n,
        [&](std::uint64_t i) {
          order.load(std::memory_order_acquire);
          body(i);
          order.fetch_add(1, std::memory_order_release);
        },
        tbb::simple_partitioner());
  });
  order.load(std::memory_order_acquire);
}

/// body() in an arena of so many threads, this one among them; more than there are cores are used
/// only on request, as here.  What it returns.
template <typename Body>
auto on_threads(int threads, const Body& body) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  tbb::task_arena arena(threads);
  return arena.execute(body);
}

}  // namespace zeroth::host
