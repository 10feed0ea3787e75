#include "proxy/session/reply_queue.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <utility>

namespace pgveil::proxy {

namespace {

ReplyMeans means_to_execute(char type) {
  switch (type) {
    case 'D':
    case 'G':
    case 'H':
    case 'd':
    case 'c':
      return ReplyMeans::Continues;
    case 'C':
    case 'I':
    case 's':
      return ReplyMeans::Ends;
    default:
      return ReplyMeans::Unexpected;
  }
}

ReplyMeans means_to_query(char type) {
  switch (type) {
    case 'T':
    case 'D':
    case 'G':
    case 'H':
    case 'd':
    case 'c':
    case 'C':
    case 'I':
      return ReplyMeans::Continues;
    case 'Z':
      return ReplyMeans::Ends;
    default:
      return ReplyMeans::Unexpected;
  }
}

ReplyMeans means_to_function_call(char type) {
  return type == 'V'   ? ReplyMeans::Continues
         : type == 'Z' ? ReplyMeans::Ends
                       : ReplyMeans::Unexpected;
}

ReplyMeans only(char type, char expected) {
  return type == expected ? ReplyMeans::Ends : ReplyMeans::Unexpected;
}

ReplyMeans description(char type) {
  return type == 'T' || type == 'n' ? ReplyMeans::Ends : ReplyMeans::Unexpected;
}

ReplyMeans means_to(Owing& entry, char type) {
  switch (entry.kind) {
    case Owed::Parse:
      return only(type, '1');
    case Owed::Bind:
      return only(type, '2');
    case Owed::DescribeStatement:
      if (!entry.description_sent) {
        return type == 't' ? ReplyMeans::Continues : ReplyMeans::Unexpected;
      }
      return description(type);
    case Owed::DescribePortal:
      return description(type);
    case Owed::Execute:
      return means_to_execute(type);
    case Owed::CloseStatement:
    case Owed::ClosePortal:
      return only(type, '3');
    case Owed::Sync:
      return only(type, 'Z');
    case Owed::Query:
      return entry.calls_function ? means_to_function_call(type) : means_to_query(type);
    case Owed::CopyEnd:
      return ReplyMeans::Unexpected;
  }
  return ReplyMeans::Unexpected;
}

bool stays_after_error(const Owing& entry) {
  return entry.kind == Owed::Query || entry.kind == Owed::Sync;
}

}  // namespace

Owing& ReplyQueue::push(Owing&& entry) {
  if (entry.kind == Owed::Sync) {
    skipping_ = false;
  }
  BOOST_ASSERT(!skipping_);
  entries_.push_back(std::move(entry));
  return entries_.back();
}

ReplyMeans ReplyQueue::means(char type) {
  switch (type) {
    case 'N':
    case 'S':
    case 'A':
      return ReplyMeans::Async;
    case 'E':
      return ReplyMeans::Fails;
    default:
      break;
  }
  drop_copy_ends();
  return entries_.empty() ? ReplyMeans::Unexpected : means_to(entries_.front(), type);
}

void ReplyQueue::pop() {
  BOOST_ASSERT(!entries_.empty());
  const Owed kind = entries_.front().kind;
  if (kind == Owed::Execute || kind == Owed::Query) {
    copying_in_ = false;
  }
  entries_.pop_front();
}

std::deque<Owing> ReplyQueue::fail() {
  std::deque<Owing> dropped;
  drop_copy_ends();
  copying_in_ = false;
  if (entries_.empty() || stays_after_error(entries_.front())) {
    return dropped;
  }
  while (!entries_.empty() && entries_.front().kind != Owed::Sync) {
    dropped.push_back(std::move(entries_.front()));
    entries_.pop_front();
  }
  skipping_ = entries_.empty();
  return dropped;
}

void ReplyQueue::begin_copy_in() {
  BOOST_ASSERT(!entries_.empty());
  // Behind the front entry: what the client sent ahead of this response, up to the end of its data.
  const auto first = std::next(entries_.begin());
  const auto end =
      std::find_if(first, entries_.end(), [](const Owing& e) { return e.kind == Owed::CopyEnd; });
  copying_in_ = end == entries_.end();
  const auto kept = std::remove_if(first, end, [](const Owing& e) { return e.kind == Owed::Sync; });
  entries_.erase(kept, copying_in_ ? end : std::next(end));  // this mark is used up
}

void ReplyQueue::end_copy_in() {
  if (copying_in_) {
    copying_in_ = false;
  } else if (!entries_.empty() && !skipping_) {
    Owing mark;
    mark.kind = Owed::CopyEnd;
    entries_.push_back(std::move(mark));
  }
}

bool ReplyQueue::empty() {
  drop_copy_ends();
  return entries_.empty();
}

void ReplyQueue::drop_copy_ends() {
  while (!entries_.empty() && entries_.front().kind == Owed::CopyEnd) {
    entries_.pop_front();
  }
}

}  // namespace pgveil::proxy
