#include <unistd.h>

#include <cstdlib>

#include "honest.hpp"
namespace {
struct Hoards : zoo::Walk {
  using Walk::Walk;
  static zeroth::OptimizerInfo info() { return zoo::optimizer_info("zoo-hoards"); }
  void solve(zeroth::Run& run) const {  // three quarters of the machine's memory, not touched
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    void* hoard = std::malloc(static_cast<std::size_t>(pages / 4 * 3 * page));
    if (hoard == nullptr) throw zeroth::Error("no room");
    std::free(hoard);
    Walk::solve(run);
  }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::optimizer<Hoards>())
