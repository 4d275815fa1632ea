// Order statistics and moments of samples.
#pragma once

#include <span>
#include <vector>

namespace zeroth::host {

/// The quantile of linear interpolation between order statistics (type 7 of Hyndman & Fan 1996, the
/// default of R and NumPy).  0 <= p <= 1.  NaN counts as worse than all, +infinity; NaN of an empty
/// sample.
double quantile(std::vector<double> sample, double p);
/// The same of what is sorted already and has no NaN.
double quantile_of_sorted(std::span<const double> sorted, double p);

/// Sorts the sample, NaN turned into +infinity.
void sort_worst_last(std::vector<double>& sample);

/// Values of a row that differ by no more than 1e-12 of themselves become equal: the lowest of
/// them. The same point has another last digit in a batch of another size.  Infinities and NaN
/// stay.
void equate_rounded(std::span<double> values);

/// Ranks from 1, the smallest first; equal values share their mean rank, NaN ranks last.
std::vector<double> ranks(const std::vector<double>& sample);

/// Not finite where a value is not; NaN of an empty sample.
double mean(std::span<const double> sample);
/// With n - 1; NaN of less than two values.
double standard_deviation(std::span<const double> sample);

}  // namespace zeroth::host
