import { expect } from "chai";
import { candidatesAt, served } from "../../src/resources/pool-searches.js";

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const offer = (count: number, owned?: false) => Array.from({ length: count }, (_, i) => ({ number: `+1415${2_000_000 + i}`, ...(owned === false && { owned }) }));

describe("the candidates of a pool's numbers", () => {
  for (const count of [1, 2, 7, 38, 50, 100]) {
    it(`of a search that brings ${count}: each slot has one of its own`, () => {
      const offered = offer(count);
      const slots = Math.min(served(offered), 50);
      expect(slots).to.equal(Math.min(count, 50));
      const lists = upTo(slots).map((index) => candidatesAt(offered, index, slots));
      expect(new Set(lists.map(([first]) => first!.number)).size).to.equal(slots);
      for (const list of lists) expect(new Set(list.map((c) => c.number)).size).to.equal(Math.min(4, count));
    });

    it(`of a search that brings ${count}, where marks don't last: none is another's too`, () => {
      const offered = offer(count, false);
      const slots = Math.min(served(offered), 12);
      const all = upTo(slots).flatMap((index) => candidatesAt(offered, index, slots).map((c) => c.number));
      expect(new Set(all).size).to.equal(all.length);
      expect(all.length).to.be.at.least(Math.min(count, 2 * slots - 1));
      for (const index of upTo(slots)) expect(candidatesAt(offered, index, slots)).not.to.be.empty;
    });
  }

  it("of a search that brings nothing: it serves nobody", () => {
    expect(served([])).to.equal(0);
    expect(candidatesAt([], 3, 0)).to.deep.equal([]);
  });
});

