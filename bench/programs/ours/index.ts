/** Numbers and links as a program declares them; without an assistant, numbers alone. */
import * as telephony from "pulumi-telephony";

const assistant = process.env["BENCH_ASSISTANT"];

for (let i = 0; i < Number(process.env["BENCH_NUMBERS"]); i++) {
  const phoneNumber = new telephony.PhoneNumber(`number-${i}`, { platform: "vapi", search: { country: "US" } });
  if (assistant) new telephony.PhoneNumberLink(`link-${i}`, { phoneNumber, assistant });
}
