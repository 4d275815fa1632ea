#include "plugins/instances.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "plugins/boundary.hpp"
#include "plugins/files_read.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

bool library_is_dead(const Descriptor& descriptor) {
  return descriptor.library_is_dead != nullptr && *descriptor.library_is_dead;
}

const Descriptor& alive(const Descriptor& descriptor) {
  if (!library_is_dead(descriptor)) return descriptor;
  throw std::runtime_error(
      fmt::format("{}: its library, {}, has said in an earlier run that nothing "
                  "of it can be used any more; --isolate loads it for each run",
                  descriptor.id, descriptor.library.string()));
}

// status, remembered where it is the end of the library.
zeroth_status heeded(zeroth_status status, const Descriptor& descriptor) {
  if (status <= ZEROTH_LIBRARY_DEAD && descriptor.library_is_dead != nullptr)
    *descriptor.library_is_dead = true;
  return status;
}

// create() of an optimizer or a problem.  files: that it says it reads.
template <typename Abi>
void* create(const Abi& abi, const Descriptor& descriptor, const Values& values,
             const std::string& where, std::vector<std::string>& files) {
  const FilesRead read;
  const std::vector<zeroth_value> c_values = boundary_values(descriptor.parameters, values);
  Message message;
  void* instance = nullptr;
  const auto lock = exclusive(descriptor);
  const zeroth_status status =
      heeded(abi.create(&abi, c_values.data(), &instance, &message.abi), descriptor);
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

void Destroy::operator()(void* instance) const {
  if (library_is_dead(*descriptor)) return;
  const auto lock = exclusive(*descriptor);
  (descriptor->optimizer != nullptr ? descriptor->optimizer->destroy
                                    : descriptor->problem->destroy)(instance);
}

Optimizer::Optimizer(const Descriptor& descriptor, const Values& values, const std::string& where)
    : descriptor_(alive(descriptor)),
      instance_(create(*descriptor.optimizer, descriptor, values, where, files_),
                Destroy{&descriptor}) {}

zeroth_status Optimizer::solve(const zeroth_run& run) const {
  const auto lock = exclusive(descriptor_);
  return heeded(descriptor_.optimizer->solve(instance_.get(), &run), descriptor_);
}

Suite::Suite(const Descriptor& descriptor, const Values& values, const std::string& where)
    : descriptor_(descriptor),
      suite_(create(*descriptor.problem, descriptor, values, where, files_), Destroy{&descriptor}) {
}

std::uint64_t Suite::size(Split split) const {
  return descriptor_.problem->instance_count(suite_.get(),
                                             split == Split::train ? ZEROTH_TRAIN : ZEROTH_TEST);
}

Instance::Instance(const Suite& suite, Split split, std::uint64_t index) : suite_(suite) {
  Message message;
  instance_.struct_size = sizeof instance_;
  const auto lock = exclusive(suite.descriptor_);
  const zeroth_problem& problem = *alive(suite.descriptor_).problem;
  const zeroth_status status =
      heeded(problem.open(suite.suite_.get(), split == Split::train ? ZEROTH_TRAIN : ZEROTH_TEST,
                          index, &instance_, &message.abi),
             suite.descriptor_);
  if (status != ZEROTH_OK) {
    throw std::runtime_error(fmt::format("{} instance {} does not open: {}", name_of(split), index,
                                         failure_text(status, message.text.data())));
  }
  if (instance_.struct_size < sizeof instance_ || instance_.dimension == 0 ||
      instance_.initial_point == nullptr || instance_.evaluate == nullptr) {
    problem.close(suite.suite_.get(), &instance_);
    throw std::runtime_error(fmt::format("{} instance {} is not filled in as the plugin ABI asks",
                                         name_of(split), index));
  }
}

Instance::~Instance() {
  if (library_is_dead(suite_.descriptor_)) return;
  const auto lock = exclusive(suite_.descriptor_);
  suite_.descriptor_.problem->close(suite_.suite_.get(), &instance_);
}

zeroth_status Instance::evaluate(std::uint64_t minibatch, std::uint64_t n, const double* x,
                                 double* f, zeroth_message* message) const {
  const zeroth_status status =
      heeded(instance_.evaluate(&instance_, minibatch, n, x, f, message), suite_.descriptor_);
  if (status <= ZEROTH_INSTANCE_DEAD) is_dead_ = true;
  return status;
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
