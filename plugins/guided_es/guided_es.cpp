#include <zeroth/gradient_estimator.hpp>
#include <zeroth/optimizer.hpp>
#include <zeroth/subspace.hpp>
#include <zeroth/trace.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace {

struct Parameters {
  double delta, sigma, alpha, beta;
  std::size_t pairs;
};

// One run.  Symbols as in the paper: n dimension, P pairs, U the basis of the guiding subspace, k
// its dimension.
class GuidedSearch {
 public:
  GuidedSearch(zeroth::Run& run, const Parameters& parameters)
      : run_(run),
        p_(parameters),
        n_(run.dimension()),
        theta_(run.start()),
        gradient_(n_),
        update_(n_),
        epsilon_(p_.pairs * n_),
        points_(2 * p_.pairs * n_),
        values_(2 * p_.pairs),
        isotropic_(run),
        in_subspace_(run.seed(), 1),
        given_(run),
        trace_(run) {}

  void run() {
    do {
      if (!(given_ ? given_.next(gradient_) : estimated())) return;
      trace_.record("estimate", gradient_);
      step();
    } while (run_.iterate(theta_));
  }

 private:
  // False: the run is over.
  bool estimated() {
    subspace_.span_of({gradient_, update_});
    draw();
    place_points();
    if (!run_.evaluate(points_, values_)) return false;
    estimate();
    return true;
  }

  // epsilon = sigma sqrt(alpha / n) z + sigma sqrt((1 - alpha) / k) U w; all isotropic while k = 0.
  void draw() {
    const std::size_t k = subspace_.dimension();
    const double alpha = k == 0 ? 1.0 : p_.alpha;
    const double along_z = p_.sigma * std::sqrt(alpha / static_cast<double>(n_));
    isotropic_(epsilon_);
    for (double& e : epsilon_) e *= along_z;
    if (k == 0) return;
    const double along_w = p_.sigma * std::sqrt((1.0 - alpha) / static_cast<double>(k));
    for (std::size_t i = 0; i < p_.pairs; ++i) {
      for (std::size_t column = 0; column < k; ++column) {
        const double w = along_w * in_subspace_.normal();
        const std::span<const double> u = subspace_.basis(column);
        for (std::size_t j = 0; j < n_; ++j) epsilon_[i * n_ + j] += w * u[j];
      }
    }
  }

  // Rows 2i and 2i + 1 are theta + epsilon_i and theta - epsilon_i.  Where the box cuts one of
  // them, epsilon becomes half of their difference, which is what the two values then tell of.
  void place_points() {
    for (std::size_t i = 0; i < p_.pairs; ++i) {
      double* e = &epsilon_[i * n_];
      double* plus = &points_[2 * i * n_];
      double* minus = plus + n_;
      for (std::size_t j = 0; j < n_; ++j) {
        plus[j] = theta_[j] + e[j];
        minus[j] = theta_[j] - e[j];
        if (!run_.bounded()) continue;
        const double low = run_.lower(j), high = run_.upper(j);
        const double a = std::clamp(plus[j], low, high), b = std::clamp(minus[j], low, high);
        if (a == plus[j] && b == minus[j]) continue;
        plus[j] = a;
        minus[j] = b;
        e[j] = 0.5 * (a - b);
      }
    }
  }

  // gradient = beta / (2 sigma^2 P) sum epsilon (f(theta + epsilon) - f(theta - epsilon)), over the
  // pairs that did not fail.
  void estimate() {
    std::size_t good = 0;
    std::fill(gradient_.begin(), gradient_.end(), 0.0);
    for (std::size_t i = 0; i < p_.pairs; ++i) {
      const double difference = values_[2 * i] - values_[2 * i + 1];
      if (!std::isfinite(difference)) continue;
      ++good;
      for (std::size_t j = 0; j < n_; ++j) gradient_[j] += difference * epsilon_[i * n_ + j];
    }
    if (good > 0) last_good_ = theta_;
    steps_back_ = good == 0 && !last_good_.empty();
    if (good == 0) return;
    const double scale = p_.beta / (2.0 * p_.sigma * p_.sigma * static_cast<double>(good));
    for (double& g : gradient_) g *= scale;
  }

  // update_ is kept as computed where the box allows it, not as a difference of iterates: the
  // rounding of theta must not pass for a direction.
  void step() {
    const double eta = p_.delta / static_cast<double>(n_);
    for (std::size_t j = 0; j < n_; ++j)
      update_[j] = steps_back_ ? last_good_[j] - theta_[j] : -eta * gradient_[j];
    trace_.record("update", update_);
    if (steps_back_) {
      theta_ = last_good_;
      std::fill(update_.begin(), update_.end(), 0.0);  // it guides nobody
      return;
    }
    for (std::size_t j = 0; j < n_; ++j) {
      const double wanted = theta_[j] + update_[j];
      const double inside = std::clamp(wanted, run_.lower(j), run_.upper(j));
      if (inside != wanted) update_[j] = inside - theta_[j];
      theta_[j] = inside;
    }
  }

  zeroth::Run& run_;
  const Parameters& p_;
  const std::size_t n_;
  std::vector<double> theta_, gradient_, update_;
  std::vector<double> last_good_;  // the last theta about which some pair did not fail
  bool steps_back_ = false;
  std::vector<double> epsilon_;  // P x n
  std::vector<double> points_;   // 2P x n
  std::vector<double> values_;   // 2P
  zeroth::Subspace subspace_;
  zeroth::GaussianDirections isotropic_;
  zeroth::Random in_subspace_;
  zeroth::GivenEstimates given_;
  zeroth::Trace trace_;
};

class GuidedEs {
 public:
  static zeroth::OptimizerInfo info() {
    return {.id = "guided-es",
            .name = "Guided ES",
            .version = "1.1.0",
            .doc =
                "Antithetic evolution strategy that searches more along its last estimate and last "
                "update.",
            .reference =
                "Maheswaranathan, Metz, Tucker, Choi & Sohl-Dickstein 2019, ICML, arXiv:1806.10230",
            .parameters = {
                zeroth::real("delta", 1.0, zeroth::positive, "step size times the dimension"),
                zeroth::integer("pairs", 10, 1, 1'000'000,
                                "antithetic pairs P per iteration, two queries each"),
                zeroth::real("sigma", 0.1, zeroth::positive,
                             "root mean square length of a perturbation"),
                zeroth::real(
                    "alpha", 0.5, zeroth::closed(0.0, 1.0),
                    "share of the variance that is isotropic; the rest is in the guiding subspace"),
                zeroth::real("beta", 1.0, zeroth::positive, "scale of the gradient estimate")}};
  }

  explicit GuidedEs(const zeroth::Values& values)
      : parameters_{values.real("delta"), values.real("sigma"), values.real("alpha"),
                    values.real("beta"), static_cast<std::size_t>(values.integer("pairs"))} {}

  void solve(zeroth::Run& run) const { GuidedSearch(run, parameters_).run(); }

 private:
  Parameters parameters_;
};

}  // namespace

ZEROTH_LIBRARY("guided_es", "1.1.0", zeroth::optimizer<GuidedEs>())
