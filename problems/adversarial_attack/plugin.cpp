#include "adversarial_attack/adversarial_attack.hpp"

ZEROTH_LIBRARY("adversarial_attack", "1.0.0", zeroth::problem<zeroth::attack::AdversarialAttack>())
