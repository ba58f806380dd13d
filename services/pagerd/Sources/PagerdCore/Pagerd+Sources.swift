// Sources: frames with contents that pages are copied from.

import CapABI
import IPC
import Service
import Store
import Sys

/// A source, by its number.
struct Source: BitwiseCopyable {
  /// Where its frame is.
  var slot: CapSlot
  /// Pages of the frame.
  var pageCount: UInt32
  /// Who may give it up.
  var registrar: Badge
  /// Regions that it backs.
  var userCount: UInt32
  /// Whether code may come from it.
  var isExecutable: Bool

  /// Bytes of the frame.
  var byteCount: UInt64 { UInt64(pageCount) * UserPages.pageSize }
}

extension Pagerd {
  /// REGISTER_SOURCE.
  ///
  /// - Throws: WRONG_TYPE, MISSING_RIGHT, LIMIT_REACHED; INVALID_ARGUMENT for a frame that has
  ///   another number of pages.
  mutating func addSource<S: System>(
    _ pageCount: UInt32, by registrar: Badge, _ system: inout S
  ) throws(ResultCode) -> PageSourceID {
    let landing = ServiceSlot.firstLanding
    let frame = try system.query(landing)
    guard frame.type == CapabilityType.frame.rawValue else { throw .wrongType }
    guard frame.rights.contains(.read) else { throw .missingRight }
    let size = try system.control(.queryCap(landing), on: Self.control).word2
    guard size == UInt64(pageCount) else { throw .invalidArgument }
    guard sources.count < sources.capacity, let number = slots.take() else { throw .limitReached }
    let slot = CapSlot(rawValue: number)
    do throws(ResultCode) {
      try system.move(landing, to: slot)
    } catch {
      slots.giveBack(number)
      throw error
    }
    let source = unusedSource()
    let record = Source(
      slot: slot, pageCount: pageCount, registrar: registrar, userCount: 0,
      isExecutable: frame.rights.contains(.execute))
    // There is room, and the number is not in use.
    _ = sources.insert(record, at: source.key)
    return source
  }

  /// RELEASE_SOURCE.
  ///
  /// - Throws: NOT_FOUND, also for another's source; BUSY.
  mutating func removeSource<S: System>(
    _ source: PageSourceID, by registrar: Badge, _ system: inout S
  ) throws(ResultCode) {
    guard let record = sources[source.key], record.registrar == registrar else { throw .notFound }
    guard record.userCount == 0 else { throw .busy }
    _ = sources.remove(source.key)
    // The slot is free even when its frame was revoked before.
    try? system.drop(record.slot)
    slots.giveBack(record.slot.rawValue)
  }

  /// The next number that no source has; one is used again only after 2^32 others.
  private mutating func unusedSource() -> PageSourceID {
    while true {
      lastSource &+= 1
      if let source = PageSourceID(rawValue: lastSource), sources[source.key] == nil {
        return source
      }
    }
  }
}

extension PageSourceID {
  /// Where its record stands.
  var key: TableKey { TableKey(UInt64(rawValue)) }
}
