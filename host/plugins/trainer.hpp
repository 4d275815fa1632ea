// The training side of an optimizer, owned by C++.
#pragma once

#include <zeroth/abi.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "plugins/descriptor.hpp"
#include "plugins/instances.hpp"

namespace zeroth::host {

/// The descriptor, which has a training, must outlive it.
/// Threads: windows of different episodes at once; all else alone.
class Trainer {
 public:
  /// Throws UserError with the plugin's message when it refuses the values.
  Trainer(const Descriptor& descriptor, const Values& optimizer, const Values& training,
          std::uint64_t seed, const std::string& where);

  std::vector<double> weights() const;
  void set(const std::vector<double>& weights);
  /// Throws std::runtime_error with the plugin's message.
  void save(const std::filesystem::path& file, const std::string& note) const;

  enum class Window { done, stop, not_finite };

  /// One optimization; trainer and run must outlive it.
  class Episode {
   public:
    /// Throws std::runtime_error with the plugin's message.
    Episode(const Trainer& trainer, const zeroth_run& run);
    /// gradient  one value for each weight.  Throws std::runtime_error with the plugin's message.
    Window window(std::uint64_t iterations, double& objective, std::vector<double>& gradient);

   private:
    const Trainer& trainer_;
    std::unique_ptr<void, void (*)(void*)> episode_;
  };

 private:
  const zeroth_trainable_1& table() const { return *descriptor_.training->trainable; }
  const Descriptor& descriptor_;
  std::unique_ptr<void, void (*)(void*)> trainer_;
  std::size_t weight_count_;
};

}  // namespace zeroth::host
