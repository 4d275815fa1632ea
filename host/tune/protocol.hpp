// Which settings of which optimizers are tried, on what.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "plugins/descriptor.hpp"
#include "spec/experiment.hpp"
#include "tune/grid.hpp"

namespace zeroth::host {

/// One optimizer of the experiment that has something to tune.
struct Tuned {
  std::size_t entry = 0;  // its number in the experiment
  std::string name;       // its label, or what its plugin calls it
  Grid grid;              // axes in the order of the optimizer's parameters
};

/// The experiment whose runs a tuning is made of: every optimizer that is tuned sweeps over its
/// whole grid, in the grid's order, on the train split; nothing else is looked at.
struct Tuning {
  Experiment experiment;
  std::vector<Tuned> optimizers;  // as in the experiment above
};

/// The most settings that the grids may have together.
inline constexpr std::size_t most_settings = 20'000;

/// A parameter that is a list is tried at its values.  Beside these, `tune` of the optimizer says
/// what is tried; without it, the paper's protocol: delta, or alpha of an optimizer that learns,
/// over the powers of ten from 0.01 to 1000 and then linearly about the best; beta1 at 0.9 and
/// 0.99 with beta2 at 0.99, 0.996 and 0.999, where both are there.
///
/// The budget loses its target, so that losses tell good from better.  Without instances in [tune],
/// the tuning's are still to be chosen.
/// Throws UserError if nothing is to be tuned; that there is one problem is for the caller to see.
/// Source: Ruan et al., ICLR 2020, section 4.
Tuning tuning_of(const Experiment& experiment, const std::vector<Descriptor>& optimizers);

}  // namespace zeroth::host
