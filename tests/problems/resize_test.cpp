#include "adversarial_attack/resize.hpp"

#include <zeroth/random.hpp>

#include <vector>

#include "support/catch.hpp"
#include "support/check_close.hpp"

using zeroth::attack::BilinearResize;
using zeroth::test::check_close;

namespace {

std::vector<double> resized(const BilinearResize& resize, const std::vector<double>& from) {
  REQUIRE(from.size() == resize.inputs());
  std::vector<double> to(resize.outputs());
  resize.apply(from.data(), to.data());
  return to;
}

}  // namespace

// From PyTorch 1.13: torch.nn.functional.interpolate(x, size, mode="bilinear"), float64.
TEST_CASE("resizing gives what PyTorch gives", "[resize]") {
  std::vector<double> x;
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 5; ++j) x.push_back((7 * i + 3 * j * j) % 11);
  }
  check_close(
      resized(BilinearResize(5, {1, 3, 4}), x),
      {2.7083333333333335, 4.583333333333334, 3.5416666666666665, 2.791666666666666, 3.375, 5.25,
       6.5, 7.125, 7.249999999999999, 5.916666666666669, 2.5833333333333335, 6.875000000000002});
  check_close(resized(BilinearResize(2, {1, 4, 3}), {1, 4, -2, 8}),
              {1.0, 2.5, 4.0, 0.25, 2.6249999999999996, 5.0, -1.25, 2.8749999999999996, 7.0, -2.0,
               2.9999999999999996, 8.0});
}

TEST_CASE("a square of the image's size stays what it is, channel by channel", "[resize]") {
  std::vector<double> x(2 * 6 * 6);
  zeroth::Random(1).normals(x);
  CHECK(resized(BilinearResize(6, {2, 6, 6}), x) == x);
}

TEST_CASE("the transpose is that of the resizing", "[resize]") {
  for (const std::size_t side : {1, 4, 7, 19}) {
    const BilinearResize resize(side, {3, 7, 5});
    std::vector<double> x(resize.inputs()), y(resize.outputs()), back(resize.inputs());
    zeroth::Random(side).normals(x);
    zeroth::Random(side, 1).normals(y);
    const std::vector<double> forth = resized(resize, x);
    resize.transpose(y.data(), back.data());
    double left = 0, right = 0;
    for (std::size_t i = 0; i < y.size(); ++i) left += y[i] * forth[i];
    for (std::size_t i = 0; i < x.size(); ++i) right += back[i] * x[i];
    CHECK(left == Approx(right).epsilon(1e-12));
  }
}
