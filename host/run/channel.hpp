// A bounded queue from many threads to one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace zeroth::host {

/// Threads: push from any, take from one.
template <typename T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) {}

  /// Waits while the channel is full.  After close() the item is dropped.
  void push(T item) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return items_.size() < capacity_ || closed_; });
    if (closed_) return;
    items_.push_back(std::move(item));
    not_empty_.notify_one();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    not_empty_.notify_all();
    not_full_.notify_all();
  }

  /// All that is there, after waiting at most `patience` for something.  Nothing: closed and empty.
  std::optional<std::vector<T>> take(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    not_empty_.wait_for(lock, patience, [this] { return !items_.empty() || closed_; });
    if (items_.empty() && closed_) return std::nullopt;
    std::vector<T> taken;
    taken.swap(items_);
    not_full_.notify_all();
    return taken;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable not_empty_, not_full_;
  std::vector<T> items_;
  bool closed_ = false;
};

}  // namespace zeroth::host
