// Which dealers a client asks for a quote, and in which order.
#pragma once

#include <cstdint>
#include <numeric>

namespace haven::loop {

/// Walks over 0..n-1 by a stride from a start, and never comes to the same one twice: where the stride shares a divisor
/// with n the walk goes over to the next one as soon as it is back where it set out.
/// Requires n > 0, start < n, stride > 0. After n steps it begins anew.
class AskingOrder {
 public:
  AskingOrder(std::uint32_t n, std::uint32_t start, std::uint32_t stride) : n_(n), at_(start), stride_(stride % n), round_(n / std::gcd(stride, n)) {}

  std::uint32_t next() {
    const std::uint32_t now = at_;
    at_ = (at_ + stride_) % n_;
    if (++in_round_ == round_) {
      in_round_ = 0;
      at_ = (at_ + 1) % n_;
    }
    return now;
  }

 private:
  std::uint32_t n_, at_, stride_, round_, in_round_ = 0;
};

}  // namespace haven::loop
