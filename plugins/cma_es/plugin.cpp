#include <zeroth/optimizer.hpp>
#include <zeroth/random.hpp>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "cma_es/search_distribution.hpp"

namespace zeroth::cma {
namespace {

/// Coordinates in which ranges are 1: a bounded one is divided by its range.
class Units {
 public:
  explicit Units(const Run& run) : run_(run) {
    for (std::size_t j = 0; j < run.dimension(); ++j) {
      const double range = run.upper(j) - run.lower(j);
      scale_.push_back(std::isfinite(range) ? range : 1.0);
    }
  }
  Eigen::VectorXd from(std::span<const double> x) const {
    Eigen::VectorXd z(static_cast<Eigen::Index>(x.size()));
    for (std::size_t j = 0; j < x.size(); ++j) {
      z[static_cast<Eigen::Index>(j)] = scale_[j] > 0 ? x[j] / scale_[j] : 0.0;
    }
    return z;
  }
  /// False: outside of the bounds, and moved to the nearest point inside.
  bool to(const Eigen::VectorXd& z, std::span<double> x) const {
    bool inside = true;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const double value = scale_[j] * z[static_cast<Eigen::Index>(j)];
      x[j] = scale_[j] > 0 ? std::clamp(value, run_.lower(j), run_.upper(j)) : run_.lower(j);
      inside = inside && (x[j] == value || scale_[j] <= 0);
    }
    return inside;
  }
  /// Where a restart begins: anywhere in the box, on an open side about the initial point.
  std::vector<double> anywhere(Random& random, double sigma) const {
    std::vector<double> x = run_.start();
    for (std::size_t j = 0; j < x.size(); ++j) {
      const bool boxed = std::isfinite(run_.upper(j) - run_.lower(j));
      x[j] = boxed ? run_.lower(j) + scale_[j] * random.uniform() : x[j] + sigma * random.normal();
    }
    run_.project(x);
    return x;
  }

 private:
  const Run& run_;
  std::vector<double> scale_;
};

class CmaEs {
 public:
  static OptimizerInfo info() {
    return {
        .id = "cma-es",
        .name = "CMA-ES",
        .version = "1.2.0",
        .doc =
            "Evolution strategy that learns the covariance of good steps; restarts with "
            "twice the population.",
        .reference =
            "Hansen 2016, arXiv:1604.00772; Auger & Hansen 2005, "
            "doi:10.1109/CEC.2005.1554902",
        .parameters = {
            real("sigma", 0.3, positive,
                 "initial standard deviation: of a bounded coordinate in parts of its range, "
                 "else absolute"),
            integer("lambda", 0, 0, 1'000'000,
                    "points of a generation; 0: 4 + floor(3 ln d); 1 to 3 count as 4"),
            integer("restarts", 9, 0, 30,
                    "times to begin again elsewhere with twice the population, once converged"),
            choice("iterate", {"best", "mean"},
                   "where it says it is: the best point so far; the mean, for noisy problems")}};
  }

  explicit CmaEs(const Values& values)
      : sigma_(values.real("sigma")),
        lambda_(static_cast<std::size_t>(values.integer("lambda"))),
        restarts_(static_cast<int>(values.integer("restarts"))),
        best_is_iterate_(values.text("iterate") == "best") {}

  void solve(Run& run) const {
    Search search(run, *this);
    std::vector<double> start = run.start();
    const double n = static_cast<double>(run.dimension());
    std::size_t lambda = lambda_ > 0 ? std::max<std::size_t>(lambda_, 4)
                                     : 4 + static_cast<std::size_t>(std::floor(3 * std::log(n)));
    for (int restart = 0; search.descend(start, lambda); ++restart) {
      if (restart == restarts_) return;
      start = search.anywhere();
      lambda *= 2;
    }
  }

 private:
  /// The state of one run.
  class Search {
   public:
    Search(Run& run, const CmaEs& options)
        : run_(run), options_(options), units_(run), random_(run.seed()), best_(run.start()) {}

    std::vector<double> anywhere() { return units_.anywhere(random_, options_.sigma_); }

    /// Until converged: true, or told to stop: false.
    bool descend(const std::vector<double>& start, std::size_t lambda) {
      SearchDistribution distribution(units_.from(start), options_.sigma_,
                                      Strategy(run_.dimension(), lambda));
      const std::size_t remembered =
          10 + static_cast<std::size_t>(std::ceil(30.0 * static_cast<double>(run_.dimension()) /
                                                  static_cast<double>(lambda)));
      std::deque<double> history;  // best value of the last generations
      do {
        Eigen::MatrixXd points;
        std::vector<double> f;
        if (!evaluate(distribution, lambda, points, f)) return false;
        const std::size_t usable = static_cast<std::size_t>(
            std::count_if(f.begin(), f.end(), [](double v) { return !std::isnan(v); }));
        if (f.size() < lambda) {  // the budget ends here
        } else if (usable == 0) {
          distribution.narrow();
        } else {
          const std::vector<std::size_t> order = ranked(f);
          Eigen::MatrixXd sorted(points.rows(), points.cols());
          for (std::size_t i = 0; i < lambda; ++i) {
            sorted.row(static_cast<Eigen::Index>(i)) =
                points.row(static_cast<Eigen::Index>(order[i]));
          }
          distribution.update(sorted, usable);
          history.push_back(f[order.front()]);
          if (history.size() > remembered) history.pop_front();
        }
        if (!run_.iterate(place(distribution))) return false;
        if (history.size() == remembered && flat(history)) return true;
      } while (!distribution.exhausted(options_.sigma_));
      return true;
    }

   private:
    // One batch: a generation, before the first one the initial point, and no more than the budget
    // has left.  points  as evaluated, in units.
    bool evaluate(const SearchDistribution& distribution, std::size_t lambda,
                  Eigen::MatrixXd& points, std::vector<double>& f) {
      const std::size_t d = run_.dimension(), extra = queries_ == 0 ? 1 : 0;
      std::vector<double> x((lambda + extra) * d);
      if (extra == 1) std::copy(best_.begin(), best_.end(), x.begin());
      points = distribution.sample(random_, lambda);
      for (std::size_t i = 0; i < lambda; ++i) {
        const auto row = static_cast<Eigen::Index>(i);
        const std::span<double> here(&x[(i + extra) * d], d);
        for (int again = 0; !units_.to(points.row(row), here) && again < 10; ++again) {
          points.row(row) = distribution.sample(random_, 1).row(0);
        }
        points.row(row) = units_.from(here);
      }
      const std::uint64_t left = run_.query_budget() - queries_;
      std::size_t count = lambda + extra;
      if (left > 0) count = static_cast<std::size_t>(std::min<std::uint64_t>(count, left));
      f.resize(count);
      if (!run_.evaluate(std::span<const double>(x).first(count * d), f)) return false;
      queries_ += count;
      for (std::size_t i = 0; i < count; ++i) {
        if (!(f[i] < best_f_)) continue;
        best_f_ = f[i];
        best_.assign(&x[i * d], &x[i * d] + d);
      }
      f.erase(f.begin(), f.begin() + static_cast<std::ptrdiff_t>(extra));
      return true;
    }

    static std::vector<std::size_t> ranked(const std::vector<double>& f) {
      std::vector<std::size_t> order(f.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      const auto key = [&f](std::size_t i) {
        return std::isnan(f[i]) ? std::numeric_limits<double>::infinity() : f[i];
      };
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
      return order;
    }

    // To rounding, in whatever unit f is.
    static bool flat(const std::deque<double>& history) {
      const auto [low, high] = std::minmax_element(history.begin(), history.end());
      return *high - *low <= 1e-14 * std::max(std::fabs(*low), std::fabs(*high));
    }

    const std::vector<double>& place(const SearchDistribution& distribution) {
      if (options_.best_is_iterate_) return best_;
      mean_.resize(run_.dimension());
      units_.to(distribution.mean(), mean_);
      return mean_;
    }

    Run& run_;
    const CmaEs& options_;
    Units units_;
    Random random_;
    std::uint64_t queries_ = 0;
    double best_f_ = std::numeric_limits<double>::infinity();
    std::vector<double> best_, mean_;
  };

  double sigma_;
  std::size_t lambda_;
  int restarts_;
  bool best_is_iterate_;
};

}  // namespace
}  // namespace zeroth::cma

ZEROTH_LIBRARY("cma_es", "1.2.0", zeroth::optimizer<zeroth::cma::CmaEs>())
