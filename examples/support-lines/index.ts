/**
 * Support lines in several countries, on Burki: for each country a number, a flow that asks what it is about, and an assistant that
 * speaks the language and leads the flow.
 *
 * Burki buys at your own carrier accounts, so they pay for it. `pulumi up` brings up the countries below. A country more is one
 * more entry; `pulumi config set --path 'countries[0]' US` and so on bring up a part of them.
 */
import * as pulumi from "@pulumi/pulumi";
import * as telephony from "pulumi-telephony";

interface Language {
  voice: string;
  stt: string;
  welcome: string;
  prompt: string;
  question: string;
}

const english: Language = {
  voice: "rachel",
  stt: "en-US",
  welcome: "Thank you for calling support.",
  prompt: "You are the support desk. Be brief and friendly.",
  question: "Ask whether it is about an order or about an account.",
};

const german: Language = {
  voice: "klaus",
  stt: "de-DE",
  welcome: "Willkommen beim Support.",
  prompt: "Du bist der Support. Antworte kurz und freundlich, auf Deutsch.",
  question: "Frage, ob es um eine Bestellung oder um ein Konto geht.",
};

const languages: Record<string, Language> = { US: english, GB: { ...english, stt: "en-GB" }, DE: german };

const config = new pulumi.Config();
const countries = config.getObject<string[]>("countries") ?? Object.keys(languages);

export const lines = Object.fromEntries(
  countries.map((country) => {
    const language = languages[country];
    if (!language) throw new Error(`no language for ${country}: add it to the table`);
    const id = country.toLowerCase();

    const assistant = new telephony.Assistant(`${id}-assistant`, {
      platform: "burki",
      name: `Support ${country}`,
      llm: { model: "gpt-4o-mini", system_prompt: language.prompt, welcome_message: language.welcome },
      tts: { provider: "elevenlabs", voice_id: language.voice },
      stt: { provider: "deepgram", model: "nova-2", language: language.stt },
    });
    const flow = new telephony.CallFlow(`${id}-flow`, {
      platform: "burki",
      name: `Support ${country}`,
      assistant: assistant.id,
      graph: { begin_node: "start", nodes: { start: { type: "conversation", prompt: language.question } } },
    });
    const number = new telephony.PhoneNumber(`${id}-number`, {
      platform: "burki",
      carrier: "telnyx",
      search: { country, type: "local" },
      name: `Support ${country}`,
      maxMonthlyPrice: { amount: "2.00", currency: "USD" },
    });
    new telephony.CallFlowBinding(`${id}-line`, { phoneNumber: number, callFlow: flow.id });
    return [country, { number: number.number, monthlyPrice: number.monthlyPrice }];
  }),
);
