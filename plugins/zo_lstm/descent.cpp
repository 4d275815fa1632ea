#include "zo_lstm/descent.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace zo_lstm {
namespace {

Variant variant_of(const std::string& name) {
  if (name == "no-query") return Variant::no_query;
  if (name == "no-update") return Variant::no_update;
  return name == "guided-es" ? Variant::guided_es : Variant::full;
}

constexpr double subspace_share = 0.5;  // of the variance, before lengths are restored

}  // namespace

Settings::Settings(const zeroth::Values& values)
    : variant(variant_of(values.text("variant"))),
      reading(values.text("reading") == "paper" ? Reading::paper : Reading::code),
      q(static_cast<std::size_t>(values.integer("q"))),
      mu(values.real("mu")),
      guidance(values.real("guidance")),
      alpha(values.real("alpha")),
      delta(values.real("delta")) {}

std::vector<zeroth::Parameter> Settings::parameters() {
  return {
      zeroth::choice("variant", {"full", "no-query", "no-update", "guided-es"},
                     "what is learned: all, the update alone, the directions alone, or the update "
                     "with the directions of Guided ES"),
      zeroth::real("alpha", 1.0, zeroth::positive,
                   "scale of the learned update; to be tuned for weights of another problem"),
      zeroth::real("guidance", 0.5, zeroth::closed(0.0, 1.0),
                   "probability that an iteration samples by the QueryRNN, not isotropically"),
      zeroth::real("delta", 4.0, zeroth::positive,
                   "step size times the dimension, in the variant no-update"),
      zeroth::integer("q", 20, 1, 1'000'000, "query directions per iteration"),
      zeroth::real("mu", 1e-6, zeroth::positive, "smoothing radius of the forward differences"),
      zeroth::choice("reading", {"code", "paper"},
                     "the QueryRNN predicts deviations, as the official code has it, or variances, "
                     "as the paper's text")};
}

Descent::Descent(zeroth::Run& run, const Settings& settings, const Weights& weights)
    : run_(run),
      settings_(settings),
      weights_(weights),
      d_(static_cast<Index>(run.dimension())),
      theta_(run.start()),
      last_estimate_(VectorXd::Zero(d_)),
      last_y_(VectorXd::Zero(d_)),
      query_state_(d_),
      update_state_(d_),
      gaussian_(run),
      coin_(run.seed(), 1),
      in_subspace_(run.seed(), 2),
      estimator_(run, settings.q, settings.mu) {}

bool Descent::step(Iteration& done, const VectorXd* slope) {
  done.guided = false;
  if (settings_.samples_by_query()) {
    done.query.x.resize(d_, 2);
    done.query.x << last_estimate_, last_y_;
    weights_.query->forward(query_state_, done.query, done.o);
    done.deviation.forward(done.o, settings_.reading);
    done.guided = coin_.uniform() < settings_.guidance;
  }
  if (!estimate(done, slope)) return false;
  last_estimate_ = Eigen::Map<const VectorXd>(estimator_.gradient().data(), d_);
  const bool good = std::isfinite(estimator_.value());
  if (good) last_good_ = theta_;
  move(done);
  if (!good && !last_good_.empty()) step_back(done);
  return true;
}

bool Descent::estimate(const Iteration& done, const VectorXd* slope) {
  const auto directions = [&](std::span<double> u) { draw(u, done); };
  if (slope == nullptr) return estimator_.estimate(theta_, directions);
  return estimator_.estimate_from(theta_, {slope->data(), theta_.size()}, directions);
}

void Descent::draw(std::span<double> u, const Iteration& done) {
  gaussian_(u);
  if (settings_.variant == Variant::guided_es) return bend_to_subspace(u);
  if (!done.guided) return;
  z_.assign(u.begin(), u.end());
  const auto q = static_cast<Index>(settings_.q);
  Eigen::Map<MatrixXd>(u.data(), d_, q).array().colwise() *= done.deviation.s.array();
}

// u = sqrt(1 - share) z + sqrt(share) U w, of the length of z; U spans the last estimate and
// update.
void Descent::bend_to_subspace(std::span<double> u) {
  subspace_.span_of(
      {{last_estimate_.data(), last_estimate_.data() + d_}, {last_y_.data(), last_y_.data() + d_}});
  if (subspace_.dimension() == 0) return;
  for (std::size_t i = 0; i < settings_.q; ++i) {
    Eigen::Map<VectorXd> row(&u[i * static_cast<std::size_t>(d_)], d_);
    const double length = row.norm();
    row *= std::sqrt(1.0 - subspace_share);
    for (std::size_t k = 0; k < subspace_.dimension(); ++k) {
      const double w = std::sqrt(subspace_share) * in_subspace_.normal();
      row += w * Eigen::Map<const VectorXd>(subspace_.basis(k).data(), d_);
    }
    if (const double bent = row.norm(); bent > 0) row *= length / bent;
  }
}

void Descent::move(Iteration& done) {
  if (settings_.variant == Variant::no_update) {
    done.y = (-settings_.delta / static_cast<double>(d_)) * last_estimate_;
  } else {
    done.update.x = last_estimate_;
    weights_.update.forward(update_state_, done.update, done.y);
  }
  done.moved.setOnes(d_);
  const double alpha = settings_.variant == Variant::no_update ? 1.0 : settings_.alpha;
  done.step = alpha * done.y;
  for (std::size_t j = 0; j < theta_.size(); ++j) {
    const auto at = static_cast<Index>(j);
    const double wanted = theta_[j] + done.step[at];
    theta_[j] = std::clamp(wanted, run_.lower(j), run_.upper(j));
    if (theta_[j] != wanted) done.moved[at] = 0.0;
  }
  last_y_ = done.y;
}

// Where f(theta) itself failed there is no estimate, and what the network makes of none leads
// nowhere.
void Descent::step_back(Iteration& done) {
  const auto to = Eigen::Map<const VectorXd>(last_good_.data(), d_);
  done.step = to - Eigen::Map<const VectorXd>(theta_.data(), d_) + done.step;
  done.moved.setZero();
  theta_ = last_good_;
}

VectorXd Descent::estimate_by_deviation(const Iteration& done) const {
  const std::span<const double> u = estimator_.directions(), c = estimator_.coefficients();
  VectorXd sum = VectorXd::Zero(d_);
  const double* z = z_.data();
  const double* cut = u.data();
  for (const double coefficient : c) {
    for (Index j = 0; j < d_; ++j, ++z, ++cut) {
      if (*cut == *z * done.deviation.s[j]) sum[j] += coefficient * *z;
    }
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, estimator_.points_used()));
}

}  // namespace zo_lstm
