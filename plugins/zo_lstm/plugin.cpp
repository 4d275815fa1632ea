#include <zeroth/optimizer.hpp>
#include <zeroth/training.hpp>

#include <span>
#include <string>
#include <vector>

#include "zo_lstm/descent.hpp"
#include "zo_lstm/training.hpp"
#include "zo_lstm/weights.hpp"

namespace {

using zo_lstm::Iteration;

/// Internals for whoever looks at the run.
class Trace {
 public:
  explicit Trace(const zeroth::Run& run)
      : run_(run.abi()), to_(static_cast<const zeroth_trace_1*>(run.extension(ZEROTH_TRACE_1))) {}

  void record(const Iteration& done, std::span<const double> estimate) const {
    if (to_ == nullptr) return;
    if (done.deviation.s.size() > 0) {
      put("deviation", {done.deviation.s.data(), estimate.size()});
    }
    put("estimate", estimate);
    put("update", {done.y.data(), estimate.size()});
  }

 private:
  void put(const char* name, std::span<const double> values) const {
    to_->record(run_, name, values.size(), values.data());
  }
  const zeroth_run* run_;
  const zeroth_trace_1* to_;
};

class ZoLstm {
 public:
  static zeroth::OptimizerInfo info() {
    std::vector<zeroth::Parameter> parameters = zo_lstm::Settings::parameters();
    parameters.insert(parameters.begin(),
                      zeroth::path("weights", "", "the learned weights, a safetensors file"));
    return {.id = "zo-lstm",
            .name = "ZO-LSTM",
            .version = "1.0.0",
            .doc = "Learned update rule and learned query directions, one LSTM each.",
            .reference =
                "Ruan, Xiong, Reddi, Kumar & Hsieh 2020, ICLR, Learning to Learn by "
                "Zeroth-Order Oracle, arXiv:1910.09464",
            .parameters = std::move(parameters)};
  }

  static const void* extension(const std::string& id) {
    return id == ZEROTH_TRAINABLE_1 ? zeroth::trainable<ZoLstm, zo_lstm::Trainer>() : nullptr;
  }

  explicit ZoLstm(const zeroth::Values& values) : settings_(values) {
    const std::string file = values.text("weights");
    if (file.empty()) {
      throw zeroth::Error(
          "ZO-LSTM has no weights: set the parameter weights to a file that `zeroth train` wrote");
    }
    weights_ = zo_lstm::Weights::read(file);
    if (settings_.samples_by_query() && !weights_.query) {
      throw zeroth::Error(file +
                          ": holds no QueryRNN (query_u_rnn.*, query_u_outputer.weight); "
                          "train the phase \"query\", or set variant = \"no-query\"");
    }
  }

  void solve(zeroth::Run& run) const {
    zo_lstm::Descent descent(run, settings_, weights_);
    const Trace trace(run);
    Iteration done;
    do {
      if (!descent.step(done)) return;
      trace.record(done, descent.estimator().gradient());
    } while (run.iterate(descent.theta()));
  }

 private:
  zo_lstm::Settings settings_;
  zo_lstm::Weights weights_;
};

}  // namespace

ZEROTH_LIBRARY("zo_lstm", "1.0.0", zeroth::optimizer<ZoLstm>())
