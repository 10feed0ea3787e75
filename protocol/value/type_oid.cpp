#include "protocol/value/type_oid.hpp"

namespace pgveil::protocol::value {

bool is_supported(TypeOid type) {
  switch (type) {
    case kBool:
    case kBytea:
    case kInt2:
    case kInt4:
    case kInt8:
    case kDate:
    case kTimestamp:
    case kTimestamptz:
    case kNumeric:
    case kUuid:
    case kJsonb:
      return true;
    default:
      return is_text(type);
  }
}

bool is_text(TypeOid type) {
  return type == kText || type == kVarchar || type == kBpchar || type == kName;
}

TypeOid element_of(TypeOid array_type) {
  switch (array_type) {
    case 1000:
      return kBool;
    case 1001:
      return kBytea;
    case 1003:
      return kName;
    case 1005:
      return kInt2;
    case 1007:
      return kInt4;
    case 1009:
      return kText;
    case 1014:
      return kBpchar;
    case 1015:
      return kVarchar;
    case 1016:
      return kInt8;
    case 1115:
      return kTimestamp;
    case 1182:
      return kDate;
    case 1185:
      return kTimestamptz;
    case 1231:
      return kNumeric;
    case 2951:
      return kUuid;
    case 3807:
      return kJsonb;
    default:
      return 0;
  }
}

}  // namespace pgveil::protocol::value
