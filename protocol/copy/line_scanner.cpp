#include "protocol/copy/line_scanner.hpp"

namespace pgveil::protocol::copy {

LineScanner::LineScanner(const Options& options, std::size_t longest)
    : csv_(options.csv()), longest_(longest) {
  if (csv_) {
    quote_ = options.quote;
    escape_ = options.escape == options.quote ? '\0' : options.escape;
  }
}

void LineScanner::feed(ByteView bytes) {
  if (over_) {
    return;  // behind the end marker nothing counts
  }
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    at_ -= begin_;
    begin_ = 0;
  }
  buffer_.append(as_text(bytes));
}

char LineScanner::at(std::size_t index) const {
  return index < buffer_.size() ? buffer_[index] : '\0';
}

LineScanner::Step LineScanner::fail(const char* message, const char* hint) {
  error_ = CopyError();
  error_.message = message;
  error_.hint = hint;
  error_.line = number_;
  over_ = true;
  return Step::Error;
}

LineScanner::Found LineScanner::next() {
  if (over_ && !in_line_) {
    return Found::End;
  }
  if (!in_line_) {
    in_line_ = true;
    ++number_;
    first_ = true;
    in_quote_ = was_escape_ = false;
  }
  while (true) {
    if (at_ >= buffer_.size()) {
      if (!finished_) {
        if (buffer_.size() - begin_ > longest_) {
          (void)fail("a row is too large");
          error_.sqlstate = "54000";
          error_.hint = "max_message_bytes limits rows that hold protected values.";
          return Found::Error;
        }
        return Found::More;
      }
      end_ = buffer_.size();
      size_ = 0;
      over_ = true;
      return take_line(true);
    }
    switch (look(buffer_[at_])) {
      case Step::Go:
        ++at_;
        first_ = false;
        break;
      case Step::EndOfLine:
        return take_line(false);
      case Step::EndOfData:
        over_ = true;
        return take_line(true);
      case Step::More:
        return Found::More;
      case Step::Error:
        return Found::Error;
    }
  }
}

LineScanner::Found LineScanner::take_line(bool at_end) {
  line_ = std::string_view(buffer_).substr(begin_, end_ - begin_);
  begin_ = at_ = end_ + size_;
  in_line_ = false;
  return at_end && line_.empty() ? Found::End : Found::Line;
}

/// What the character at `at_` means. Nothing is changed before More is answered, so it can be asked again.
LineScanner::Step LineScanner::look(char c) {
  const bool looks_ahead = c == '\\' || c == '\r';
  if (looks_ahead && at_ + 1 >= buffer_.size() && !finished_) {
    return Step::More;
  }
  if (c == '\\' && (!csv_ || first_) && at(at_ + 1) == '.' && !finished_) {
    const std::size_t needed = ends_ == Ends::CrLf ? 4 : 3;
    if (buffer_.size() - at_ < needed) {
      return Step::More;
    }
  }
  if (csv_) {
    count_quotes(c);
  }
  if (c == '\r' && !in_quote_) {
    return carriage_return();
  }
  if (c == '\n' && !in_quote_) {
    return newline();
  }
  if (c == '\\' && (!csv_ || first_)) {
    return backslash();
  }
  return Step::Go;
}

void LineScanner::count_quotes(char c) {
  if (in_quote_ && c == escape_) {
    was_escape_ = !was_escape_;
  }
  if (c == quote_ && !was_escape_) {
    in_quote_ = !in_quote_;
  }
  if (c != escape_) {
    was_escape_ = false;
  }
  if (in_quote_ && c == (ends_ == Ends::Lf ? '\n' : '\r')) {
    ++number_;
  }
}

LineScanner::Step LineScanner::carriage_return() {
  const auto found_in_data = [&] {
    return csv_ ? fail("unquoted carriage return found in data",
                       "Use quoted CSV field to represent carriage return.")
                : fail("literal carriage return found in data",
                       "Use \"\\r\" to represent carriage return.");
  };
  end_ = at_;
  size_ = 1;
  if (ends_ == Ends::Unknown || ends_ == Ends::CrLf) {
    if (at(at_ + 1) == '\n') {
      size_ = 2;
      ends_ = Ends::CrLf;
    } else if (ends_ == Ends::CrLf) {
      return found_in_data();
    } else {
      ends_ = Ends::Cr;
    }
  } else if (ends_ == Ends::Lf) {
    return found_in_data();
  }
  return Step::EndOfLine;
}

LineScanner::Step LineScanner::newline() {
  if (ends_ == Ends::Cr || ends_ == Ends::CrLf) {
    return csv_ ? fail("unquoted newline found in data",
                       "Use quoted CSV field to represent newline.")
                : fail("literal newline found in data", "Use \"\\n\" to represent newline.");
  }
  ends_ = Ends::Lf;
  end_ = at_;
  size_ = 1;
  return Step::EndOfLine;
}

LineScanner::Step LineScanner::backslash() {
  if (at_ + 1 >= buffer_.size()) {  // right before the end: a character like any other
    end_ = buffer_.size();
    size_ = 0;
    return Step::EndOfData;
  }
  if (at(at_ + 1) == '.') {
    return end_marker();
  }
  if (!csv_) {
    ++at_;  // what follows a backslash is not special
  }
  return Step::Go;
}

/// `\.` is there. In CSV it counts only alone on its line, else it is data.
LineScanner::Step LineScanner::end_marker() {
  std::size_t next = at_ + 2;
  if (ends_ == Ends::CrLf) {
    const char c = at(next++);
    if (c == '\n' && !csv_) {
      return fail("end-of-copy marker does not match previous newline style");
    }
    if (c != '\r') {
      return csv_ ? Step::Go : fail("end-of-copy marker corrupt");
    }
  }
  const char c = at(next++);
  if (c != '\r' && c != '\n') {
    return csv_ ? Step::Go : fail("end-of-copy marker corrupt");
  }
  if ((ends_ == Ends::Lf && c != '\n') || (ends_ == Ends::CrLf && c != '\n') ||
      (ends_ == Ends::Cr && c != '\r')) {
    return fail("end-of-copy marker does not match previous newline style");
  }
  end_ = at_;
  size_ = next - at_;
  return Step::EndOfData;
}

}  // namespace pgveil::protocol::copy
