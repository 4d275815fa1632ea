// What plugins say of themselves, as plain values.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

struct zeroth_optimizer;
struct zeroth_problem;
struct zeroth_parameter;
struct zeroth_trainable_1;

namespace zeroth::host {

enum class ParameterType { real, integer, boolean, text, choice, path };
const char* name_of(ParameterType type);

struct Parameter {
  std::string name, doc;
  ParameterType type = ParameterType::real;
  double real = 0, real_min = 0, real_max = 0;
  bool excludes_min = false, excludes_max = false;
  std::int64_t integer = 0, integer_min = 0, integer_max = 0;  // also a boolean
  std::string text;                                            // also a choice or path
  std::vector<std::string> choices;

  /// "> 0", "1 .. 1000000", "a | b"; empty where everything goes.
  std::string range() const;
  std::string default_text() const;
};

/// How an optimizer with learned weights is trained.
struct TrainingDescriptor {
  const zeroth_trainable_1* trainable = nullptr;
  std::string weights;                // the optimizer's parameter that takes the weights file
  std::vector<Parameter> parameters;  // of a training
};

/// An optimizer or a problem: exactly one of the two handles is set, and is valid until the process
/// ends.
struct Descriptor {
  std::string id, name, version, doc, reference;
  std::uint64_t capabilities = 0;
  std::vector<Parameter> parameters;
  std::filesystem::path library;  // the file it came from
  const zeroth_optimizer* optimizer = nullptr;
  const zeroth_problem* problem = nullptr;
  std::optional<TrainingDescriptor> training;  // of an optimizer that can learn
  std::shared_ptr<std::mutex> one_at_a_time;  // set when the library cannot take calls that overlap
  // Shared within a library; true once it has said ZEROTH_LIBRARY_DEAD.  None in a worker's stead,
  // for the next one loads it anew.
  std::shared_ptr<std::atomic<bool>> library_is_dead;
};

/// Copies from the boundary what a plugin declares.  Throws std::runtime_error that says what is
/// missing, NULL or contradicts itself: then the library is not to be used.
Descriptor describe(const zeroth_optimizer* optimizer, const std::filesystem::path& library);
Descriptor describe(const zeroth_problem* problem, const std::filesystem::path& library);

}  // namespace zeroth::host
