// What the message calls mean in the model: docs/reference/syscalls.md, said once more.

import CapABI
import KernelCore
import KernelSimulation

/// Whom an answer goes to.
struct ModelTarget {
  var client: ModelThread?
  var reply: ModelCapability?
  var mayGrant: Bool
}

extension Model {
  /// Carries out a system call; what comes of it stands in `comesBack` of those who go on.
  func perform(_ call: ThreadCall, by thread: ModelThread) {
    endsLater = []
    carryOut(call, by: thread)
    let ended = endsLater ?? []
    endsLater = nil
    for object in ended { end(object) }
  }

  private func carryOut(_ call: ThreadCall, by thread: ModelThread) {
    do throws(SyscallError) {
      switch call.number {
      case .call: try self.call(call, thread)
      case .receive: try receive(call, thread)
      case .reply: try reply(call, thread)
      case .replyReceive: try replyReceive(call, thread)
      case .saveReply: try saveReply(call, thread)
      case .notify: try notify(call, thread)
      default: goOn(thread, .status(.ok))
      }
    } catch {
      goOn(thread, .status(error.code))
    }
  }

  // MARK: What all have in common

  private func held(_ slot: UInt64, _ thread: ModelThread) throws(SyscallError)
    -> ModelCapability
  {
    guard let number = UInt32(exactly: slot) else { throw .slotOutOfRange }
    return try occupied(number, thread.process)
  }

  /// The frame of a thread's IPC buffer.
  func buffer(of thread: ModelThread) -> ModelObject? {
    capabilities[.buffer(thread: thread.object.id)]?.object
  }

  private func terms(_ flags: MessageFlags, _ thread: ModelThread) throws(SyscallError)
    -> ModelTerms
  {
    var terms = ModelTerms(doNotWait: flags.contains(.doNotWait))
    guard !(flags & (.deadline | .receiveSlots)).isEmpty else { return terms }
    guard let buffer = buffer(of: thread)?.buffer else { throw .noBuffer }
    if flags.contains(.deadline) { terms.deadline = buffer.deadline }
    guard flags.contains(.receiveSlots) else { return terms }
    guard buffer.slotCount <= 4 else { throw .invalidArgument }
    for slot in buffer.slots.prefix(Int(buffer.slotCount)) {
      guard !terms.slots.contains(slot) else { throw .invalidArgument }
      try inRange(slot, thread.process)
      terms.slots.append(slot)
    }
    return terms
  }

  /// The entries of the transfer table, with what they name.
  private func entries(of tag: MessageTag, _ thread: ModelThread) throws(SyscallError)
    -> [(source: ModelCapability, words: [UInt64])]
  {
    guard let buffer = buffer(of: thread)?.buffer else { throw .noBuffer }
    var entries: [(source: ModelCapability, words: [UInt64])] = []
    for words in buffer.entries.prefix(Int(tag.capabilityCount)) {
      let (mode, slot) = (words[0] >> 32, words[0] & 0xFFFF_FFFF)
      guard mode == 1 || mode == 2, words[1] < 128, mode == 2 || words[2] == 0 else {
        throw .invalidArgument
      }
      let source = try held(slot, thread)
      if mode == 2 {
        guard source.type != .reply, source.type != .installGrant else { throw .denied }
        if words[2] != 0 {
          guard [.endpoint, .notification].contains(source.type) else { throw .invalidArgument }
          guard source.badge == 0 else { throw .alreadyBadged }
        }
      }
      for earlier in entries where earlier.source === source {
        guard mode == 2, earlier.words[0] >> 32 == 2 else { throw .invalidArgument }
      }
      entries.append((source, words))
    }
    return entries
  }

  private func checkExtras(_ tag: MessageTag, _ thread: ModelThread, mayGrant: Bool)
    throws(SyscallError)
  {
    if tag.capabilityCount > 0 {
      guard mayGrant else { throw .missingRight }
      _ = try entries(of: tag, thread)
    }
    if tag.length > 32, buffer(of: thread) == nil { throw .noBuffer }
  }

  /// Hands a message over, or throws and moves nothing.
  private func deliver(
    _ message: ModelMessage, from sender: ModelThread, to receiver: ModelThread,
    flags: MessageFlags = .none
  ) throws(SyscallError) {
    let tag = MessageTag(rawValue: message.tag)
    if tag.length > 32 || tag.capabilityCount > 0, buffer(of: sender) == nil { throw .noBuffer }
    if tag.length > 32, buffer(of: receiver) == nil { throw .tooLarge }
    if tag.capabilityCount > 0 {
      guard message.mayGrant else { throw .missingRight }
      let entries = try entries(of: tag, sender)
      guard entries.count <= receiver.receiveSlots.count else { throw .noReceiveSlots }
      for (entry, slot) in zip(entries, receiver.receiveSlots) {
        guard capability(slot, receiver.process) == nil else { throw .noReceiveSlots }
        guard entry.source.type != .reply || entry.source.object !== receiver.object else {
          throw .denied
        }
      }
      for (entry, slot) in zip(entries, receiver.receiveSlots) {
        transfer(entry.source, entry.words, to: slot, of: receiver.process)
      }
    }
    var arrived = message
    arrived.tag =
      MessageTag(
        label: tag.label, length: tag.length, capabilityCount: tag.capabilityCount, flags: flags
      ).rawValue
    receiver.comesBack = .message(arrived)
  }

  private func transfer(
    _ source: ModelCapability, _ words: [UInt64], to slot: UInt32, of process: ModelObject
  ) {
    guard let cspace = process.cspace else { return }
    let place = Place.slot(cspace: cspace.id, index: slot)
    let rights = Rights(rawValue: source.rights.rawValue & UInt32(words[1]))
    if words[0] >> 32 == 1 {
      if rights != source.rights { raiseChildren(of: source) }
      relocate(source, to: place)
      source.rights = rights
    } else {
      let badge = words[2] == 0 ? source.badge : words[2]
      put(
        ModelCapability(source.object, source.type, rights, badge: badge), at: place,
        under: source)
    }
  }

  // MARK: Sending

  private func call(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    guard let tag = MessageTag(validating: call.tag) else { throw .invalidArgument }
    let slot = try held(call.slot, thread)
    guard slot.type == .endpoint else { throw .wrongType }
    guard slot.rights.contains(.send), let meeting = slot.object.meeting else {
      throw .missingRight
    }
    let mayGrant = slot.rights.contains(.grant)
    try checkExtras(tag, thread, mayGrant: mayGrant)
    let terms = try terms(tag.flags, thread)
    let message = ModelMessage(
      badge: slot.badge, tag: call.tag, words: call.words, mayGrant: mayGrant)
    let receiver = first(of: meeting.receivers) { thread.twin?.object.server == $0.twin }
    guard let receiver else {
      guard !terms.doNotWait else { throw .retry }
      thread.message = message
      return begin(thread, .calling, at: slot.object, terms)
    }
    let endpoint = slot.object
    try deliver(message, from: thread, to: receiver)
    begin(thread, .awaitingReply, at: nil, terms)
    leaveWait(receiver)
    owe(thread, by: receiver, at: endpoint)
    goOn(receiver, receiver.comesBack)
  }

  private func notify(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    let slot = try held(call.slot, thread)
    guard slot.type == .endpoint || slot.type == .notification else { throw .wrongType }
    if slot.type == .notification {
      guard slot.rights.contains(.send) else { throw .missingRight }
      goOn(thread, .status(.ok))
      return signal(slot.object, slot.badge) { $0.twin?.object.state == .ready }
    }
    guard let tag = MessageTag(validating: call.tag, allowing: .none) else {
      throw .invalidArgument
    }
    guard slot.rights.contains(.send), let meeting = slot.object.meeting else {
      throw .missingRight
    }
    let mayGrant = slot.rights.contains(.grant)
    try checkExtras(tag, thread, mayGrant: mayGrant)
    let message = ModelMessage(
      badge: slot.badge, tag: call.tag, words: call.words, mayGrant: mayGrant)
    let receiver = first(of: meeting.receivers) { $0.twin?.object.state == .ready }
    guard let receiver else {
      guard tag.length <= 32, tag.capabilityCount == 0, meeting.ring.count < meeting.capacity
      else { throw .retry }
      meeting.ring.append(message)
      return goOn(thread, .status(.ok))
    }
    try deliver(message, from: thread, to: receiver, flags: .oneWay)
    goOn(thread, .status(.ok))
    leaveWait(receiver)
    goOn(receiver, receiver.comesBack)
  }

  // MARK: Receiving

  private func receive(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    let tag = MessageTag(rawValue: call.tag)
    let flags = MessageFlags(rawValue: tag.flags.rawValue & 7)
    guard call.tag == MessageTag(label: 0, flags: flags).rawValue else { throw .invalidArgument }
    let slot = try held(call.slot, thread)
    try receives(slot)
    let terms = try terms(flags, thread)
    abandonClient(of: thread, with: .abandoned)
    takeOrWait(thread, at: slot.object, mayGrant: slot.rights.contains(.grant), terms)
  }

  private func receives(_ slot: ModelCapability) throws(SyscallError) {
    guard slot.type == .endpoint || slot.type == .notification else { throw .wrongType }
    guard slot.rights.contains(.receive) else { throw .missingRight }
  }

  private func takeOrWait(
    _ thread: ModelThread, at place: ModelObject, mayGrant: Bool, _ terms: ModelTerms
  ) {
    thread.comesBack = nil
    thread.receiveSlots = terms.slots
    if let message = take(thread, at: place, mayGrant: mayGrant) {
      thread.receiveSlots = []
      return goOn(thread, .message(message))
    }
    thread.receiveSlots = []
    guard !terms.doNotWait else { return goOn(thread, .status(.retry)) }
    if place.kind == .endpoint { thread.grantsReplies = mayGrant }
    begin(thread, .receiving, at: place, terms)
  }

  /// What waits for a thread; nil when nothing does.
  private func take(_ thread: ModelThread, at place: ModelObject, mayGrant: Bool) -> ModelMessage? {
    guard let meeting = place.meeting else { return nil }
    if place.kind == .notification { return meeting.bits == 0 ? nil : takeSignals(meeting) }
    if let bound = thread.bound?.meeting, bound.bits != 0 { return takeSignals(bound) }
    if meeting.isRingNext {
      meeting.isRingNext = false
      if !meeting.ring.isEmpty { return takeFromRing(meeting) }
    }
    thread.grantsReplies = mayGrant
    // Of callers that came at once, the kernel looked first at those whose message failed.
    let client = thread.twin?.object.client
    func rank(_ caller: ModelThread) -> Int {
      if caller.twin == client { return 1 }
      let isLeft =
        caller.twin?.object.state == .calling && caller.twin?.object.place?.object.id == place.id
      return isLeft ? 0 : 2
    }
    while let caller = first(of: meeting.callers, rank: rank) {
      do throws(SyscallError) {
        if caller.fault != nil {
          try receiveFault(of: caller, by: thread)
        } else {
          try deliver(caller.message, from: caller, to: thread)
        }
      } catch {
        endWait(caller, with: error.code)
        continue
      }
      meeting.callers.removeAll { $0 === caller }
      meeting.isRingNext = true
      caller.state = .awaitingReply
      owe(caller, by: thread, at: place)
      guard case .message(let message) = thread.comesBack else { return nil }
      return message
    }
    // A fault that nobody could take may have stopped its thread.
    if let bound = thread.bound?.meeting, bound.bits != 0 { return takeSignals(bound) }
    meeting.isRingNext = false
    return meeting.ring.isEmpty ? nil : takeFromRing(meeting)
  }

  private func takeFromRing(_ meeting: ModelMeeting) -> ModelMessage {
    var message = meeting.ring.removeFirst()
    let tag = MessageTag(rawValue: message.tag)
    message.tag = MessageTag(label: tag.label, length: tag.length, flags: .oneWay).rawValue
    return message
  }

  // MARK: Answering

  private func target(_ slot: ModelCapability, _ thread: ModelThread) throws(SyscallError)
    -> ModelTarget
  {
    guard slot.type == .endpoint else {
      guard slot.type == .reply else { throw .wrongType }
      return ModelTarget(
        client: savedCaller(slot), reply: slot, mayGrant: slot.grantsReplies)
    }
    guard slot.rights.contains(.receive) else { throw .missingRight }
    guard thread.client != nil || thread.isLapsed, thread.clientEndpoint == slot.object.id else {
      throw .wrongState
    }
    return ModelTarget(client: thread.client, mayGrant: slot.rights.contains(.grant))
  }

  /// The caller that a Reply capability stands for, while it waits for that reply.
  func savedCaller(_ reply: ModelCapability) -> ModelThread? {
    guard reply.type == .reply, let caller = threads[reply.object.id],
      caller.state == .awaitingReply, caller.server == nil, caller.generation == reply.badge
    else { return nil }
    return caller
  }

  func answer(_ target: ModelTarget, _ message: ModelMessage, from thread: ModelThread)
    throws(SyscallError)
  {
    if let client = target.client {
      if client.fault != nil {
        client.server = nil
        settleFault(of: client, isResolved: MessageTag(rawValue: message.tag).label == 0)
      } else {
        try deliver(message, from: thread, to: client)
        client.server = nil
        leaveWait(client)
        goOn(client, client.comesBack)
      }
    }
    if let reply = target.reply { return delete(reply) }
    thread.client = nil
    thread.isLapsed = false
  }

  private func settleFault(of client: ModelThread, isResolved: Bool) {
    client.state = .stopped
    guard isResolved else { return passFaultOn(client) }
    client.fault = nil
    client.hasBeenPaged = false
    goOn(client, nil)
  }

  private func reply(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    guard MessageTag(validating: call.tag, allowing: .none) != nil else { throw .invalidArgument }
    let target = try target(try held(call.slot, thread), thread)
    let message = ModelMessage(tag: call.tag, words: call.words, mayGrant: target.mayGrant)
    try answer(target, message, from: thread)
    goOn(thread, .status(.ok))
  }

  private func replyReceive(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    guard let tag = MessageTag(validating: call.tag) else { throw .invalidArgument }
    let slot = try held(call.slot, thread)
    let target = try target(slot, thread)
    guard let place = slot.type == .endpoint ? slot.object : thread.serves else {
      throw .wrongState
    }
    let mayGrant = slot.type == .endpoint ? slot.rights.contains(.grant) : thread.grantsReplies
    try checkExtras(tag, thread, mayGrant: target.mayGrant)
    let terms = try terms(tag.flags, thread)
    let message = ModelMessage(tag: call.tag, words: call.words, mayGrant: target.mayGrant)
    try answer(target, message, from: thread)
    abandonClient(of: thread, with: .abandoned)
    takeOrWait(thread, at: place, mayGrant: mayGrant, terms)
  }

  private func saveReply(_ call: ThreadCall, _ thread: ModelThread) throws(SyscallError) {
    guard let slot = UInt32(exactly: call.slot) else { throw .slotOutOfRange }
    try vacant(slot, thread.process)
    guard let client = thread.client, let cspace = thread.process.cspace else {
      throw .wrongState
    }
    client.generation += 1
    client.server = nil
    thread.client = nil
    let reply = ModelCapability(client.object, .reply, .send, badge: client.generation)
    reply.grantsReplies = thread.grantsReplies
    put(reply, at: .slot(cspace: cspace.id, index: slot), under: client.process.budget)
    goOn(thread, .status(.ok))
  }
}
