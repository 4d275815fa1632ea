#include "plugins/instances.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "plugins/boundary.hpp"
#include "plugins/files_read.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

// create() of an optimizer or a problem.  files: that it says it reads.
template <typename Abi>
void* create(const Abi& abi, const Descriptor& descriptor, const Values& values,
             const std::string& where, std::vector<std::string>& files) {
  const FilesRead read;
  const std::vector<zeroth_value> c_values = boundary_values(descriptor.parameters, values);
  Message message;
  void* instance = nullptr;
  const zeroth_status status = abi.create(&abi, c_values.data(), &instance, &message.abi);
  if (status != ZEROTH_OK) {
    throw UserError(where, descriptor.id + ": " + failure_text(status, message.text.data()));
  }
  files = read.paths();
  return instance;
}

}  // namespace

std::string failure_text(zeroth_status status, const char* message) {
  if (message != nullptr && *message != '\0') return message;
  switch (status) {
    case ZEROTH_STOP:
      return "it said stop, which only the host may";
    case ZEROTH_DISCARD:
      return "it discarded the point";
    case ZEROTH_BAD_ARGUMENT:
      return "bad argument (the plugin says no more)";
    case ZEROTH_UNSUPPORTED:
      return "unsupported (the plugin says no more)";
    case ZEROTH_OUT_OF_MEMORY:
      return "out of memory";
    case ZEROTH_INSTANCE_DEAD:
      return "the instance is dead (the plugin says no more)";
    case ZEROTH_LIBRARY_DEAD:
      return "the library is dead (the plugin says no more)";
    default:
      return fmt::format("unknown status {}", status);
  }
}

Optimizer::Optimizer(const Descriptor& descriptor, const Values& values, const std::string& where)
    : descriptor_(descriptor),
      instance_(create(*descriptor.optimizer, descriptor, values, where, files_),
                descriptor.optimizer->destroy) {}

zeroth_status Optimizer::solve(const zeroth_run& run) const {
  const auto lock = exclusive(descriptor_);
  return descriptor_.optimizer->solve(instance_.get(), &run);
}

Suite::Suite(const Descriptor& descriptor, const Values& values, const std::string& where)
    : descriptor_(descriptor),
      suite_(create(*descriptor.problem, descriptor, values, where, files_),
             descriptor.problem->destroy) {}

std::uint64_t Suite::size(Split split) const {
  return descriptor_.problem->instance_count(suite_.get(),
                                             split == Split::train ? ZEROTH_TRAIN : ZEROTH_TEST);
}

Instance::Instance(const Suite& suite, Split split, std::uint64_t index) : suite_(suite) {
  Message message;
  instance_.struct_size = sizeof instance_;
  const auto lock = exclusive(suite.descriptor_);
  const zeroth_status status = suite.descriptor_.problem->open(
      suite.suite_.get(), split == Split::train ? ZEROTH_TRAIN : ZEROTH_TEST, index, &instance_,
      &message.abi);
  if (status != ZEROTH_OK) {
    throw std::runtime_error(fmt::format("{} instance {} does not open: {}", name_of(split), index,
                                         failure_text(status, message.text.data())));
  }
  if (instance_.struct_size < sizeof instance_ || instance_.dimension == 0 ||
      instance_.initial_point == nullptr || instance_.evaluate == nullptr) {
    suite.descriptor_.problem->close(suite.suite_.get(), &instance_);
    throw std::runtime_error(fmt::format("{} instance {} is not filled in as the plugin ABI asks",
                                         name_of(split), index));
  }
}

Instance::~Instance() {
  const auto lock = exclusive(suite_.descriptor_);
  suite_.descriptor_.problem->close(suite_.suite_.get(), &instance_);
}

bool Instance::stochastic() const {
  return (suite_.descriptor_.capabilities & ZEROTH_STOCHASTIC) != 0;
}

void check_bounds(const Descriptor& optimizer, const Instance& instance, const std::string& problem,
                  const std::string& where) {
  const bool none = instance->lower == nullptr && instance->upper == nullptr;
  if ((optimizer.capabilities & ZEROTH_HANDLES_BOUNDS) == 0 && !none) {
    throw UserError(where, fmt::format("{} has bounds, which {} ignores", problem, optimizer.id),
                    "take an optimizer whose capabilities say that it handles bounds");
  }
  if ((optimizer.capabilities & ZEROTH_NEEDS_BOUNDS) == 0) return;
  for (std::size_t j = 0; j < instance.dimension(); ++j) {
    if (!none && instance->lower != nullptr && instance->upper != nullptr &&
        std::isfinite(instance->lower[j]) && std::isfinite(instance->upper[j])) {
      continue;
    }
    throw UserError(
        where,
        fmt::format("{} needs a lower and an upper bound for every coordinate, and coordinate {} "
                    "of {} lacks one",
                    optimizer.id, j, problem),
        "give bounds, or take an optimizer whose capabilities do not ask for them");
  }
}

}  // namespace zeroth::host
