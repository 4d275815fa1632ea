// Built plugin libraries, driven without the host.
#pragma once

#include <dlfcn.h>
#include <zeroth/abi.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace zeroth::test {

inline const zeroth_host& fake_host() {
  static const zeroth_host host{
      sizeof(zeroth_host),
      ZEROTH_ABI_MAJOR,
      ZEROTH_ABI_MAJOR,
      ZEROTH_ABI_MINOR,
      "tests",
      "0",
      [](const zeroth_host*, const char*) -> const void* { return nullptr; }};
  return host;
}

/// A loaded library; as in the host, it is never unloaded.
class PluginLibrary {
 public:
  /// Throws std::runtime_error with the loader's message, or with the status of a failed
  /// negotiation.
  explicit PluginLibrary(const std::filesystem::path& file) {
    void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) throw std::runtime_error(dlerror());
    const auto entry = reinterpret_cast<zeroth_negotiate_function>(dlsym(handle, ZEROTH_NEGOTIATE));
    if (entry == nullptr) throw std::runtime_error(dlerror());
    table_.struct_size = sizeof table_;
    const zeroth_status status = entry(&fake_host(), &table_);
    if (status != ZEROTH_OK)
      throw std::runtime_error("negotiation answered " + std::to_string(status));
  }

  /// A plugin of this build: name without .so.
  static PluginLibrary built(const std::string& name) {
    return PluginLibrary(folder() / (name + ".so"));
  }
  static std::filesystem::path folder() {
    return std::filesystem::path(ZEROTH_BINARY_DIR) / "lib" / "zeroth" / "plugins";
  }

  std::span<const zeroth_optimizer* const> optimizers() const {
    return {table_.optimizers, static_cast<std::size_t>(table_.optimizer_count)};
  }
  std::span<const zeroth_problem* const> problems() const {
    return {table_.problems, static_cast<std::size_t>(table_.problem_count)};
  }
  const zeroth_optimizer& optimizer(std::string_view id) const { return find(optimizers(), id); }
  const zeroth_problem& problem(std::string_view id) const { return find(problems(), id); }

 private:
  template <typename Descriptor>
  static const Descriptor& find(std::span<const Descriptor* const> all, std::string_view id) {
    for (const Descriptor* each : all) {
      if (each->id == id) return *each;
    }
    throw std::runtime_error("the library has no " + std::string(id));
  }
  zeroth_library table_{};
};

/// Values that differ from the defaults, by parameter name.
using Overrides = std::map<std::string, std::variant<double, std::string>>;

/// One value per parameter of a descriptor: the default or the override.
template <typename Descriptor>
class ValueTable {
 public:
  explicit ValueTable(const Descriptor& descriptor, Overrides overrides = {})
      : overrides_(std::move(overrides)) {
    std::size_t used = 0;
    for (std::uint64_t i = 0; i < descriptor.parameter_count; ++i) {
      const zeroth_parameter& p = *descriptor.parameters[i];
      zeroth_value value{p.name, p.real, p.integer, p.text};
      if (const auto found = overrides_.find(p.name); found != overrides_.end()) {
        ++used;
        if (const double* number = std::get_if<double>(&found->second)) {
          value.real = *number;
          value.integer = static_cast<std::int64_t>(*number);
        } else {
          value.text = std::get<std::string>(found->second).c_str();
        }
      }
      values_.push_back(value);
    }
    if (used != overrides_.size()) throw std::runtime_error("an override names no parameter");
  }
  const zeroth_value* data() const { return values_.data(); }

 private:
  Overrides overrides_;
  std::vector<zeroth_value> values_;
};

/// What create() of a descriptor made, destroyed with its owner.
template <typename Descriptor>
std::unique_ptr<void, void (*)(void*)> make(const Descriptor& descriptor,
                                            const Overrides& overrides = {}) {
  const ValueTable<Descriptor> values(descriptor, overrides);
  std::array<char, 512> text{};
  zeroth_message message{text.data(), text.size()};
  void* made = nullptr;
  const zeroth_status status = descriptor.create(&descriptor, values.data(), &made, &message);
  if (status != ZEROTH_OK) throw std::runtime_error(text.data());
  return {made, descriptor.destroy};
}

/// An open instance of a problem, closed with its owner.  The suite must outlive it.
class OpenProblem {
 public:
  OpenProblem(const zeroth_problem& problem, const void* suite, std::int32_t split,
              std::uint64_t index)
      : problem_(problem), suite_(suite) {
    instance_.struct_size = sizeof instance_;
    std::array<char, 512> text{};
    zeroth_message message{text.data(), text.size()};
    if (problem.open(suite, split, index, &instance_, &message) != ZEROTH_OK) {
      throw std::runtime_error(text.data());
    }
  }
  ~OpenProblem() { problem_.close(suite_, &instance_); }
  OpenProblem(const OpenProblem&) = delete;
  OpenProblem& operator=(const OpenProblem&) = delete;
  const zeroth_instance& operator*() const { return instance_; }
  const zeroth_instance* operator->() const { return &instance_; }

 private:
  const zeroth_problem& problem_;
  const void* suite_;
  zeroth_instance instance_{};
};

}  // namespace zeroth::test
