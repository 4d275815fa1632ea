// The attack suite on real data, through its C++ class.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "adversarial_attack/adversarial_attack.hpp"
#include "support/values.hpp"

namespace zeroth::test {

inline std::unique_ptr<attack::AdversarialAttack> attack_suite(
    const std::map<std::string, std::string>& replaced = {}) {
  const OwnedValues values(attack::AdversarialAttack::info().parameters, replaced);
  return std::make_unique<attack::AdversarialAttack>(values.values());
}

}  // namespace zeroth::test
