// Speed of the MNIST attack on one thread, against the machine's own matrix product measured in the
// same run.
//
//   cmake --preset release && cmake --build --preset release --target bench_network
//   taskset -c 0 build/release/tests/bench/bench_network
//
// It reads the real data; where it is looked for is said by `zeroth describe adversarial-attack`.
#include <zeroth/random.hpp>

#include <Eigen/Core>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "adversarial_attack/adversarial_attack.hpp"
#include "bench/timing.hpp"
#include "support/problem_suite.hpp"

namespace {

using zeroth::bench::interleaved;
using Suite = zeroth::attack::AdversarialAttack;

constexpr std::size_t points = 21;  // an iteration with q = 20
// Two for every multiply-add: 2 (25 20 576 + 500 50 64 + 800 500 + 500 10).
constexpr double mflop_per_point = 4.586;

template <typename Scalar>
double report(const char* precision) {
  const auto suite = zeroth::test::suite_of<Suite>({{"precision", precision}});
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
        for (int i = 0; i < 8; ++i) attack->evaluate(ZEROTH_FULL_DATA, w, f);
      },
      [&] { c.noalias() = a * b; });
  const double batch_ms = batch / 8;
  const double network_gflops = mflop_per_point * points / batch_ms;
  const double gemm_gflops = 2.0 * n * n * n / gemm * 1e-6;
  std::printf("%s  %zu points %.3f ms  %.1f GFLOP/s  gemm 1024^3 %.1f GFLOP/s  ratio %.2f\n",
              precision, points, batch_ms, network_gflops, gemm_gflops,
              network_gflops / gemm_gflops);
  return batch_ms;
}

void run() {
  const double iteration_ms = report<double>("float64");
  report<float>("float32");

  const auto suite = zeroth::test::suite_of<Suite>();
  const auto attack = suite->open(zeroth::Split::test, 0);
  std::vector<double> w(attack->dimension()), g(w.size()), u((points - 1) * w.size()), f(1);
  attack->initial_point(0, w);
  zeroth::Random random(1);
  const auto [normals, gradient, single, success] = interleaved(
      10, [&] { random.normals(u); }, [&] { attack->gradient(ZEROTH_FULL_DATA, w, g); },
      [&] { attack->evaluate(ZEROTH_FULL_DATA, w, f); },
      [&] { f[0] += attack->succeeded(w, f[0]) ? 1 : 0; });
  std::printf("20 x 784 normals %.3f ms, %.1f%% of a float64 iteration\n", normals,
              100 * normals / iteration_ms);
  std::printf("one point %.3f ms, gradient %.3f ms, success %.4f ms (float64)\n", single, gradient,
              success);
}

}  // namespace

int main() {
  try {
    run();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_network: %s\n", error.what());
    return 1;
  }
}
