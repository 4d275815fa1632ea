#include "support/quadratic.hpp"

ZEROTH_LIBRARY("quadratic", "1.0.0", zeroth::problem<zeroth::test::QuadraticSuite>())
