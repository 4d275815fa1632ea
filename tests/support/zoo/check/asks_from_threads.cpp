#include <thread>

#include "honest.hpp"
namespace {
struct AsksFromThreads : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-asks-from-threads"); }
  void solve(zeroth::Run& run) const {
    const auto ask = [&run, x = run.start()] {
      double f = 0;
      for (int i = 0; i < 100 && run.evaluate(x, {&f, 1}); ++i) continue;
    };
    std::thread one(ask), two(ask);
    one.join();
    two.join();
    static_cast<void>(run.iterate(run.start()));
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<AsksFromThreads>())
