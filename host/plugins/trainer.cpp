#include "plugins/trainer.hpp"

#include <stdexcept>

#include "plugins/boundary.hpp"
#include "user_error.hpp"

namespace zeroth::host {
namespace {

void* create(const Descriptor& descriptor, const Values& optimizer, const Values& training,
             std::uint64_t seed, const std::string& where) {
  const zeroth_trainable_1& table = *descriptor.training->trainable;
  const auto c_optimizer = boundary_values(descriptor.parameters, optimizer);
  const auto c_training = boundary_values(descriptor.training->parameters, training);
  Message message;
  void* trainer = nullptr;
  const zeroth_status status =
      table.create(&table, c_optimizer.data(), c_training.data(), seed, &trainer, &message.abi);
  if (status != ZEROTH_OK) {
    throw UserError(where, descriptor.id + ": " + failure_text(status, message.text.data()));
  }
  return trainer;
}

}  // namespace

Trainer::Trainer(const Descriptor& descriptor, const Values& optimizer, const Values& training,
                 std::uint64_t seed, const std::string& where)
    : descriptor_(descriptor),
      trainer_(create(descriptor, optimizer, training, seed, where), table().destroy),
      weight_count_(table().weight_count(trainer_.get())) {}

std::vector<double> Trainer::weights() const {
  std::vector<double> all(weight_count_);
  table().get(trainer_.get(), all.data());
  return all;
}

void Trainer::set(const std::vector<double>& weights) {
  table().set(trainer_.get(), weights.data());
}

void Trainer::save(const std::filesystem::path& file, const std::string& note) const {
  Message message;
  const zeroth_status status =
      table().save(trainer_.get(), file.c_str(), note.c_str(), &message.abi);
  if (status != ZEROTH_OK) throw std::runtime_error(failure_text(status, message.text.data()));
}

Trainer::Episode::Episode(const Trainer& trainer, const zeroth_run& run)
    : trainer_(trainer), episode_(nullptr, trainer.table().end) {
  Message message;
  void* episode = nullptr;
  const auto lock = exclusive(trainer.descriptor_);
  const zeroth_status status =
      trainer.table().begin(trainer.trainer_.get(), &run, &episode, &message.abi);
  if (status != ZEROTH_OK) throw std::runtime_error(failure_text(status, message.text.data()));
  episode_.reset(episode);
}

Trainer::Window Trainer::Episode::window(std::uint64_t iterations, double& objective,
                                         std::vector<double>& gradient) {
  Message message;
  gradient.resize(trainer_.weight_count_);
  const auto lock = exclusive(trainer_.descriptor_);
  const zeroth_status status = trainer_.table().window(episode_.get(), iterations, &objective,
                                                       gradient.data(), &message.abi);
  switch (status) {
    case ZEROTH_OK:
      return Window::done;
    case ZEROTH_STOP:
      return Window::stop;
    case ZEROTH_DISCARD:
      return Window::not_finite;
    default:
      throw std::runtime_error(failure_text(status, message.text.data()));
  }
}

}  // namespace zeroth::host
