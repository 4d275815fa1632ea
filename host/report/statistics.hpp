// Order statistics of samples.
#pragma once

#include <vector>

namespace zeroth::host {

/// The quantile of linear interpolation between order statistics (type 7 of Hyndman & Fan 1996, the
/// default of R and NumPy).  0 <= p <= 1.  NaN counts as worse than all, +infinity; NaN of an empty
/// sample.
double quantile(std::vector<double> sample, double p);

/// Ranks from 1, the smallest first; equal values share their mean rank, NaN ranks last.
std::vector<double> ranks(const std::vector<double>& sample);

}  // namespace zeroth::host
