#include "binary_classification/binary_classification.hpp"

ZEROTH_LIBRARY("binary_classification", "1.0.0",
               zeroth::problem<zeroth::classification::BinaryClassification>())
