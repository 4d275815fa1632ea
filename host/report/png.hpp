// Pictures of analyses as PNG.
#pragma once

#include <string>
#include <vector>

#include "run/result.hpp"

namespace zeroth::host {

/// Whether it has one channel or three, and all pixels.  A result file may hold others.
bool can_be_drawn(const RenderedPicture& picture);

/// The bytes of a PNG file, a pixel for each.  Throws where it cannot be drawn.  From lowest to
/// highest: three channels are red, green and blue; one is grey from black to white, or, where zero
/// lies strictly between them, blue where negative, white at zero, red where positive, as strong as
/// the larger of the ends.  A value that is not finite is transparent.
std::string png_of(const RenderedPicture& picture);

/// Pictures of one run that have one name get one scale, so that iterations can be compared.  One
/// around zero, and that of the predicted variance, ends at the largest value that is there.
void give_common_scales(std::vector<RenderedPicture>& pictures);

}  // namespace zeroth::host
