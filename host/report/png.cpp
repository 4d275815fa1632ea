#include "report/png.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <stdexcept>

namespace zeroth::host {
namespace {

using Pixel = std::array<std::uint8_t, 4>;  // red, green, blue, opacity

std::uint8_t byte(double share) {
  return static_cast<std::uint8_t>(std::lround(255 * std::clamp(share, 0.0, 1.0)));
}

bool is_signed(const RenderedPicture& picture) { return picture.lowest < 0 && picture.highest > 0; }

// Blue, white, red, for -1, 0, 1.
Pixel diverging(double share) {
  constexpr std::array<double, 3> negative{0.13, 0.4, 0.67}, positive{0.7, 0.09, 0.17};
  const std::array<double, 3>& end = share < 0 ? negative : positive;
  const double strength = std::min(std::fabs(share), 1.0);
  Pixel pixel{0, 0, 0, 255};
  for (std::size_t c = 0; c < 3; ++c) pixel[c] = byte(1 - strength * (1 - end[c]));
  return pixel;
}

Pixel pixel_of(const RenderedPicture& p, std::size_t at) {
  const std::size_t plane = std::size_t{p.height} * p.width;
  Pixel pixel{0, 0, 0, 255};
  for (std::size_t c = 0; c < 3; ++c) {
    const double value = p.values[at + (p.channels == 3 ? c * plane : 0)];
    if (!std::isfinite(value)) return {0, 0, 0, 0};
    if (p.channels == 1 && is_signed(p)) return diverging(value / std::max(-p.lowest, p.highest));
    pixel[c] = byte(p.highest > p.lowest ? (value - p.lowest) / (p.highest - p.lowest) : 0);
  }
  return pixel;
}

}  // namespace

bool can_be_drawn(const RenderedPicture& picture) {
  const std::size_t plane = std::size_t{picture.height} * picture.width;
  return (picture.channels == 1 || picture.channels == 3) && plane > 0 &&
         picture.values.size() == plane * picture.channels;
}

std::string png_of(const RenderedPicture& picture) {
  if (!can_be_drawn(picture))
    throw std::runtime_error("a picture has neither one channel nor three, or not all pixels");
  const std::size_t plane = std::size_t{picture.height} * picture.width;
  std::vector<std::uint8_t> pixels;
  pixels.reserve(4 * plane);
  for (std::size_t i = 0; i < plane; ++i) {
    const Pixel pixel = pixel_of(picture, i);
    pixels.insert(pixels.end(), pixel.begin(), pixel.end());
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.format = PNG_FORMAT_RGBA;
  image.width = picture.width;
  image.height = picture.height;
  png_alloc_size_t size = 0;
  std::string bytes;
  if (png_image_write_get_memory_size(image, size, 0, pixels.data(), 0, nullptr)) {
    bytes.resize(size);
    if (png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr) != 0) {
      bytes.resize(size);
      return bytes;
    }
  }
  throw std::runtime_error(std::string("PNG: ") + image.message);
}

void give_common_scales(std::vector<RenderedPicture>& pictures) {
  std::map<std::string, double> largest;
  for (const RenderedPicture& picture : pictures) {
    double& most = largest[picture.name];
    for (const double value : picture.values) {
      if (std::isfinite(value)) most = std::max(most, std::fabs(value));
    }
  }
  for (RenderedPicture& picture : pictures) {
    const double most = largest[picture.name];
    if (!(most > 0)) continue;
    if (is_signed(picture)) picture.lowest = -most;
    if (is_signed(picture) || picture.name == variance_picture) picture.highest = most;
  }
}

}  // namespace zeroth::host
