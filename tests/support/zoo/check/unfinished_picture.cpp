#include "honest.hpp"
namespace {
struct UnfinishedPicture : zoo::Bowl {
  static std::vector<zeroth::Picture> pictures() { return {{"point", "x", -2, 2}}; }
  zeroth::PictureShape picture_shape() const { return {1, 1, 3}; }
  void draw(std::span<const double> x, std::span<double> picture) const {
    picture[0] = x[0], picture[1] = x[1];
  }
};
struct Suite : zoo::SuiteOf<UnfinishedPicture> {
  using SuiteOf::SuiteOf;
  static zeroth::ProblemInfo info() { return zoo::problem_info("zoo-unfinished-picture"); }
};
}  // namespace
ZEROTH_LIBRARY("zoo", "1", zeroth::problem<Suite>())
