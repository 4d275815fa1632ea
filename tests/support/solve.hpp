// A built optimizer at work on any function.
#pragma once

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/fake_run.hpp"
#include "support/plugin_library.hpp"

namespace zeroth::test {

using Points = std::vector<std::vector<double>>;

/// What the optimizer `id` of a library did.  It must end well.
inline Trace solve(const std::string& library, const std::string& id, const Overrides& parameters,
                   const RunSettings& settings) {
  const PluginLibrary loaded = PluginLibrary::built(library);
  const zeroth_optimizer& optimizer = loaded.optimizer(id);
  const auto instance = make(optimizer, parameters);
  FakeRun run(settings);
  REQUIRE(optimizer.solve(instance.get(), run.abi()) == ZEROTH_OK);
  return run.trace();
}

}  // namespace zeroth::test
