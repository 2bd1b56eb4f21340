import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

/** What a team says of its line; the rest is the company's rule. */
export interface SupportLineArgs {
  /** What callers hear. */
  greeting: pulumi.Input<string>;
  /** Where the number is from. @default "US" */
  country?: string;
  /** Numbers of production can't be released by mistake. @default false */
  production?: boolean;
}

/** A number, what callers hear, and the binding between the two, as this company has them. */
export class SupportLine extends pulumi.ComponentResource {
  readonly number: pulumi.Output<string>;

  constructor(name: string, { greeting, country = "US", production = false }: SupportLineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("acme:telephony:SupportLine", name, {}, opts);
    const line = new telephony.PhoneNumber(
      name,
      {
        platform: "voipbin",
        search: { country, type: "local" },
        name: `Support ${name}`,
        maxMonthlyPrice: { amount: "6.00", currency: "USD" },
        deletionProtection: production,
      },
      { parent: this },
    );
    const flow = new telephony.CallFlow(
      name,
      { platform: "voipbin", actions: [{ type: "answer" }, { type: "talk", option: { text: greeting, language: "en-US" } }] },
      { parent: this },
    );
    new telephony.CallFlowBinding(name, { phoneNumber: line, callFlow: flow.id }, { parent: this });
    this.number = line.number;
    this.registerOutputs({ number: this.number });
  }
}
