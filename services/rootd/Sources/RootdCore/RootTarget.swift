// Memory of a foundation service in the making: frames from rootd's own piece of RAM.

import CapABI
import Load
import Sys

/// A staged process that rootd fills.
struct RootTarget<S: System>: LoadTarget {
  var system: S
  let process: CapSlot

  mutating func map(at address: UInt64, order: UInt8, rights: Rights) throws(ResultCode) {
    try system.control(
      .retype(RootdSlots.memory, order: UInt64(order), into: RootdSlots.scratch),
      on: RootSlot.memory.slot)
    try system.control(
      .map(RootdSlots.scratch, into: process, at: address, rights: rights),
      on: RootSlot.vspaceControl.slot)
  }

  mutating func write(
    from source: UInt64, count: UInt64, to address: UInt64
  ) throws(ResultCode) {
    try system.control(
      .write(to: process, at: address, from: source, count: count),
      on: RootSlot.processControl.slot)
  }

  /// Maps a page and makes it the first thread's IPC buffer.
  mutating func mapBuffer(at address: UInt64) throws(ResultCode) {
    try system.control(
      .retype(RootdSlots.memory, order: 0, into: RootdSlots.scratch), on: RootSlot.memory.slot)
    try system.control(
      .setBuffer(of: process, RootdSlots.scratch), on: RootSlot.threadControl.slot)
    try system.control(
      .map(RootdSlots.scratch, into: process, at: address, rights: .read | .write),
      on: RootSlot.vspaceControl.slot)
  }
}
