#include <cstdlib>

#include "honest.hpp"
namespace {
struct LeavesFiles : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-leaves-files"); }
  void solve(zeroth::Run& run) const {
    std::string name = std::string(std::getenv("TMPDIR")) + "/zoo-XXXXXX";
    fclose(fdopen(mkstemp(name.data()), "w"));
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<LeavesFiles>())
