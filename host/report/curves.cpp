#include "report/curves.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "report/statistics.hpp"

namespace zeroth::host {

Curve curve_of(const std::vector<std::vector<double>>& runs, std::size_t points) {
  Curve curve;
  std::vector<double> sample;
  for (std::size_t i = 0; i < points; ++i) {
    sample.clear();
    for (const std::vector<double>& run : runs) sample.push_back(run[i]);
    sort_worst_last(sample);
    curve.lower.push_back(quantile_of_sorted(sample, 0.25));
    curve.median.push_back(quantile_of_sorted(sample, 0.5));
    curve.upper.push_back(quantile_of_sorted(sample, 0.75));
    curve.mean.push_back(mean(sample));
    curve.deviation.push_back(standard_deviation(sample));
  }
  return curve;
}

Box box_of(const std::vector<double>& losses) {
  std::vector<double> sample;
  std::copy_if(losses.begin(), losses.end(), std::back_inserter(sample),
               [](double loss) { return std::isfinite(loss); });
  std::sort(sample.begin(), sample.end());
  Box box;
  box.finite = sample.size();
  box.without_loss = losses.size() - sample.size();
  box.lower = quantile_of_sorted(sample, 0.25);
  box.median = quantile_of_sorted(sample, 0.5);
  box.upper = quantile_of_sorted(sample, 0.75);
  box.mean = mean(sample);
  if (sample.empty()) return box;
  const double reach = 1.5 * (box.upper - box.lower);
  const auto first = std::lower_bound(sample.begin(), sample.end(), box.lower - reach);
  const auto end = std::upper_bound(sample.begin(), sample.end(), box.upper + reach);
  box.lower_whisker = *first;
  box.upper_whisker = *(end - 1);
  std::vector<double> outliers(sample.begin(), first);
  outliers.insert(outliers.end(), end, sample.end());
  const std::size_t shown = std::min(outliers.size(), most_outliers);
  box.outliers_left_out = outliers.size() - shown;
  for (std::size_t i = 0; i < shown; ++i) {
    box.outliers.push_back(outliers[shown == 1 ? 0 : i * (outliers.size() - 1) / (shown - 1)]);
  }
  return box;
}

Steps cumulative_share(std::vector<double> events, std::size_t total, std::size_t most) {
  events.erase(std::remove_if(events.begin(), events.end(),
                              [](double event) { return !std::isfinite(event); }),
               events.end());
  std::sort(events.begin(), events.end());
  std::vector<double> places = events;
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.size() > most) {
    // Every `most`-th part of the way keeps its last place: the shares there stay exact.
    const double low = std::log(std::max(places.front(), 1.0)), high = std::log(places.back());
    std::vector<double> kept{places.front()};
    for (std::size_t i = 1; i <= most; ++i) {
      const double bound =
          std::exp(low + (high - low) * static_cast<double>(i) / static_cast<double>(most));
      const auto after = std::upper_bound(places.begin(), places.end(), bound * (1 + 1e-12));
      const double place = after == places.begin() ? places.front() : *(after - 1);
      if (place > kept.back()) kept.push_back(place);
    }
    places = kept;
  }
  Steps steps;
  for (const double place : places) {
    const auto come = std::upper_bound(events.begin(), events.end(), place) - events.begin();
    steps.x.push_back(place);
    steps.y.push_back(static_cast<double>(come) / static_cast<double>(total));
  }
  return steps;
}

}  // namespace zeroth::host
