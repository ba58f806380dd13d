// Violations of form in words. Offsets and indexes count as in docs/reference/handoff.md.

import CapABI
import Handoff

extension FormatError {
  /// What is wrong, as part of a sentence.
  var reason: String {
    switch self {
    case .truncated(let needed, let available): "\(available) bytes, \(needed) are needed"
    case .trailing(let offset, let count): "\(count) bytes follow the end at \(offset)"
    case .badMagic(let found): "the magic is 0x\(String(found, radix: 16))"
    case .unsupportedVersion(let major, let minor): "unsupported version \(major).\(minor)"
    case .tooLarge(let size, let limit): "\(size) bytes are above the limit of \(limit)"
    case .wrongHeaderField(let offset, let found, let expected):
      "the header field at \(offset) is \(found) and must be \(expected)"
    case .nonzeroReserved(let offset): "the bytes at \(offset) must be zero here"
    case .unknownFlags(let offset, let found):
      "unknown flags 0x\(String(found, radix: 16)) at \(offset)"
    case .invalidValue(let offset, let found): "\(found) is not allowed at \(offset)"
    default: tableReason
    }
  }

  /// Violations that concern a table.
  private var tableReason: String {
    switch self {
    case .tooManyEntries(let table, let count, let limit):
      "\(count) entries in table \(table) are above the limit of \(limit)"
    case .tooFewEntries(let table, let count, let minimum):
      "\(count) entries in table \(table), \(minimum) are needed"
    case .outOfOrder(let table, let entry): "entry \(entry) of table \(table) is out of order"
    case .duplicate(let table, let entry): "entry \(entry) of table \(table) is a duplicate"
    case .overlap(let table, let entry):
      "entry \(entry) of table \(table) overlaps the one before it"
    case .unreserved(let table, let entry):
      "entry \(entry) of table \(table) lies outside the reservations"
    case .missing(let table): "table \(table) lacks a required entry"
    case .slotConflict(let slot): "slot \(slot.rawValue) is taken or not below the first free one"
    case .bufferTooSmall(let needed, let available):
      "a buffer of \(available) bytes, \(needed) are needed"
    case .wrongEntryCount(let table, let appended, let announced):
      "\(appended) entries in table \(table), \(announced) were announced"
    default: "\(self)"
    }
  }
}
