#include <zeroth/optimizer.hpp>

#include <atomic>
#include <chrono>
#include <thread>

namespace {

std::atomic<int> inside{0};

// Throws where another call into the library is under way.
struct Alone {
  Alone() {
    if (++inside > 1) {
      --inside;
      throw zeroth::Error("it is not alone");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ~Alone() { --inside; }
};

template <char name>
class OneAtATime {
 public:
  static zeroth::OptimizerInfo info() {
    static const char id[] = {'z', 'o', 'o', '-', 'a', 'l', 'o', 'n', 'e', '-', name, '\0'};
    return {.id = id,
            .name = id,
            .version = "1",
            .doc = "Declares, for its library, that it takes one call at a time.",
            .threads = ZEROTH_THREADS_LIBRARY};
  }
  explicit OneAtATime(const zeroth::Values&) { const Alone alone; }
  void solve(zeroth::Run& run) const {
    const Alone alone;
    while (run.iterate(run.start())) {
    }
  }
};

}  // namespace

ZEROTH_LIBRARY("zoo_one_at_a_time", "1", zeroth::optimizer<OneAtATime<'a'>>(),
               zeroth::optimizer<OneAtATime<'b'>>())
