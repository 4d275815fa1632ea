#include <zeroth/optimizer.hpp>
#include <zeroth/trace.hpp>
#include <zeroth/training.hpp>

#include <string>
#include <vector>

#include "zo_lstm/descent.hpp"
#include "zo_lstm/training.hpp"
#include "zo_lstm/weights.hpp"

namespace {

class ZoLstm {
 public:
  static zeroth::OptimizerInfo info() {
    std::vector<zeroth::Parameter> parameters = zo_lstm::Settings::parameters();
    parameters.insert(parameters.begin(),
                      zeroth::path("weights", "",
                                   "the learned weights: a file that `zeroth train` wrote, or a "
                                   "shipped one, such as weights/mnist-attack.safetensors"));
    return {.id = "zo-lstm",
            .name = "ZO-LSTM",
            .version = "1.1.0",
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
          "ZO-LSTM has no weights: set the parameter weights to a file that `zeroth train` wrote, "
          "or to one that is shipped: weights/binary-classification.safetensors, "
          "weights/mnist-attack.safetensors or weights/cifar10-attack.safetensors");
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
    const zeroth::Trace trace(run);
    zo_lstm::Iteration done;
    do {
      if (!descent.step(done)) return;
      trace.record("estimate", descent.estimator().gradient());
      record(trace, "update", done.step);
      if (settings_.samples_by_query()) record(trace, "deviation", done.deviation.s);
    } while (run.iterate(descent.theta()));
  }

 private:
  static void record(const zeroth::Trace& trace, const char* name, const zo_lstm::VectorXd& v) {
    trace.record(name, {v.data(), static_cast<std::size_t>(v.size())});
  }

  zo_lstm::Settings settings_;
  zo_lstm::Weights weights_;
};

}  // namespace

ZEROTH_LIBRARY("zo_lstm", "1.0.0", zeroth::optimizer<ZoLstm>())
