// From what the QueryRNN says to the standard deviations of the query directions.
#pragma once

#include <cmath>

#include "zo_lstm/lstm.hpp"

namespace zo_lstm {

/// The official code and the paper's text differ in what is predicted and what is normalised.
enum class Reading { code, paper };

/// With r = 1 + o and n = sqrt(d) |r| / |r|_2:
///
///   code   deviation n, so that the trace of Sigma is d
///   paper  variance n, so that the Frobenius norm of Sigma is that of the identity
struct Deviation {
  VectorXd r, n, s;   // d values each; s the standard deviations
  double length = 0;  // of r

  void forward(const VectorXd& o, Reading reading) {
    r = o.array() + 1.0;
    length = r.norm();
    if (length > 0) {
      n = r.cwiseAbs() * (std::sqrt(static_cast<double>(r.size())) / length);
    } else {
      n.setOnes(r.size());
    }
    if (reading == Reading::code) {
      s = n;
    } else {
      s = n.cwiseSqrt();
    }
  }

  /// dL/do from dL/ds, and from dL/dn by any other way.
  VectorXd backward(const VectorXd& ds, const VectorXd& dn_else, Reading reading) const {
    if (!(length > 0)) return VectorXd::Zero(r.size());
    VectorXd dn = dn_else + ds;
    if (reading == Reading::paper) {
      dn = dn_else.array() + (s.array() > 0).select(0.5 * ds.array() / s.array(), 0.0);
    }
    const double root = std::sqrt(static_cast<double>(r.size()));
    return (root / length) * (r.array().sign() * dn.array()).matrix() -
           (root * dn.dot(r.cwiseAbs()) / (length * length * length)) * r;
  }
};

}  // namespace zo_lstm
