// Speed of the attack on one thread, against the machine's own matrix product measured in the same
// run.
//
//   cmake --preset release && cmake --build --preset release --target bench_network
//   taskset -c 0 build/release/tests/bench/bench_network [mnist|cifar10]
//
// It reads the real data; where it is looked for is said by `zeroth describe adversarial-attack`.
#include <zeroth/random.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "adversarial_attack/adversarial_attack.hpp"
#include "bench/timing.hpp"
#include "support/problem_suite.hpp"

namespace {

using zeroth::bench::interleaved;
using Suite = zeroth::attack::AdversarialAttack;

struct Case {
  const char* data_set;
  std::size_t points;      // of an iteration: q + 1
  double mflop_per_point;  // two for every multiply-add of the sums, however they are computed
  int repeats;             // of an iteration between two matrix products
};
// 2 (25 20 576 + 500 50 64 + 800 500 + 500 10)
constexpr Case mnist{"mnist", 21, 4.586, 8};
// 2 (27 64 900 + 576 64 784 + 576 128 144 + 1152 128 100 + 3200 256 + 256 256 + 256 10)
constexpr Case cifar10{"cifar10", 51, 113.413, 1};

std::unique_ptr<Suite> suite_for(const Case& measured, const char* precision) {
  return zeroth::test::suite_of<Suite>(
      {{"data_set", measured.data_set},
       {"precision", precision},
       {"models", std::string(ZEROTH_BINARY_DIR) + "/share/zeroth/models"}});
}

template <typename Scalar>
double report(const Case& measured, const char* precision) {
  const std::size_t points = measured.points;
  const auto suite = suite_for(measured, precision);
  const auto attack = suite->open(zeroth::Split::test, 0);
  const std::size_t d = attack->dimension();
  std::vector<double> w(points * d), f(points);
  for (std::size_t k = 0; k < points; ++k) attack->initial_point(0, {w.data() + k * d, d});

  using Matrix = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
  constexpr Eigen::Index n = 1024;
  const Matrix a = Matrix::Random(n, n), b = Matrix::Random(n, n);
  Matrix c(n, n);

  const auto [batch, gemm] = interleaved(
      1,
      [&] {
        for (int i = 0; i < measured.repeats; ++i) attack->evaluate(ZEROTH_FULL_DATA, w, f);
      },
      [&] { c.noalias() = a * b; });
  const double batch_ms = batch / measured.repeats;
  const double network_gflops = measured.mflop_per_point * static_cast<double>(points) / batch_ms;
  const double gemm_gflops = 2.0 * n * n * n / gemm * 1e-6;
  std::printf("%s  %zu points %.3f ms  %.1f GFLOP/s  gemm 1024^3 %.1f GFLOP/s  ratio %.2f\n",
              precision, points, batch_ms, network_gflops, gemm_gflops,
              network_gflops / gemm_gflops);
  return batch_ms;
}

void run(const Case& measured) {
  const double iteration_ms = report<double>(measured, "float64");
  report<float>(measured, "float32");

  const auto suite = suite_for(measured, "float64");
  const auto attack = suite->open(zeroth::Split::test, 0);
  std::vector<double> w(attack->dimension()), g(w.size()), u((measured.points - 1) * w.size()),
      f(1);
  attack->initial_point(0, w);
  zeroth::Random random(1);
  const auto [normals, gradient, single, success] = interleaved(
      10, [&] { random.normals(u); }, [&] { attack->gradient(ZEROTH_FULL_DATA, w, g); },
      [&] { attack->evaluate(ZEROTH_FULL_DATA, w, f); },
      [&] { f[0] += attack->succeeded(w, f[0]) ? 1 : 0; });
  std::printf("%zu x %zu normals %.3f ms, %.1f%% of a float64 iteration\n", measured.points - 1,
              w.size(), normals, 100 * normals / iteration_ms);
  std::printf("one point %.3f ms, gradient %.3f ms, success %.4f ms (float64)\n", single, gradient,
              success);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 && std::string(argv[1]) == cifar10.data_set ? cifar10 : mnist);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_network: %s\n", error.what());
    return 1;
  }
}
