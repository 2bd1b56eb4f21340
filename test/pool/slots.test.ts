import { expect } from "chai";
import { chooseSlots, type Slot } from "../../src/pool/slots.js";

/** A pool that was filled up to `count`, as its table has it. */
const filled = (count: number): Slot[] => Array.from({ length: count }, (_, i) => ({ slot: i + 1, number: `+1415${2_000_000 + i}`, platform: "voipbin", status: "available" }));
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe("the slots of a pool", () => {
  it("of a thousand: one more is one more, one less is one less", () => {
    const slots = filled(1_000);
    expect(chooseSlots(1_000, slots)).to.deep.equal({ chosen: upTo(1_000), dropped: [] });
    expect(chooseSlots(1_001, slots)).to.deep.equal({ chosen: upTo(1_001), dropped: [] });
    expect(chooseSlots(999, slots)).to.deep.equal({ chosen: upTo(999), dropped: [slots[999]] });
  });

  it("of a thousand that are drawn from: a free one goes, the last of them, and no name is used again", () => {
    const slots = filled(1_000);
    for (const slot of slots.slice(900)) Object.assign(slot, { status: "assigned", holder: `shop-${slot.slot}` });
    const { chosen, dropped } = chooseSlots(999, slots);
    expect(dropped.map((s) => s.slot)).to.deep.equal([900]);
    expect(chosen).to.deep.equal(upTo(1_000).filter((slot) => slot !== 900));

    slots[899] = { slot: 900 }; // given up
    expect(chooseSlots(1_000, slots).chosen).to.deep.equal(upTo(1_001).filter((slot) => slot !== 900));
    expect(() => chooseSlots(99, slots)).to.throw(/^100 numbers are assigned or reserved.*shop-901.* and 80 more$/);
  });

  it("come out the same whatever became of an earlier run: the lowest that never were", () => {
    const slots = filled(10).filter(({ slot }) => slot !== 3 && slot !== 8); // bought, perhaps, and not added so far
    expect(chooseSlots(10, slots).chosen).to.deep.equal(upTo(10));
  });
});
