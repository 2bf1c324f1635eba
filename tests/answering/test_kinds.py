"""What kind of answer a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.kinds import kind_of

EVIDENCE = """
Did the talks in Ottawa fail?
did the ferry reach the island
Is he still the mayor of Dunmore?
Are there any injuries or deaths?
Was the bridge closed after the storm?
Were the hostages freed?
Has the council approved the budget?
Have the workers gone back?
Had the minister been warned?
Does the law apply to boats?
Do farmers get money from the fund?
Can the museum be visited at night?
Could the dam break?
Will the strike go on?
Would Norway take part?
Should the school have been closed?
May visitors take pictures?
Might the vote be delayed?
Isn't the airport shut?
Hasn’t the team left yet?
Is the search over or not?
Was it Ada Marsh who led the repair?
Did she say in the speech that taxes will rise?
According to the police, was the driver drunk?
In the debate, which was long, did Kim mention the reactor?
Do you think the bank knew?
And did it rain?
Please tell me whether the mine was sold
Why did the envoy resign?
Why was the match abandoned
why no trains on sunday
Why?
So why is the lake red?
The factory was closed why?
Can you tell me why the choir left?
In the end, why was nobody charged?
How did the prisoners escape?
How does the new engine save fuel?
How was the painting found?
How is the river cleaned?
how the divers were rescued
How he won the vote
How can readers help the paper?
How exactly were the votes counted?
How come the lights went out?
How to apply for the grant?
According to the report, how did the fire spread?
Do you know how the money was moved?
How?
Did the attack kill or injure anyone?
Could the ban be lifted within days or weeks?
Has the minister or his deputy commented?
Trump met Kim in 2018, right?
The lake is deep, isn't it?
"""

LISTS = """
Which countries signed the treaty?
Which countries have signed the treaty?
What cities did the pope visit?
In which two capitals are the teams based?
Which two parties formed the government?
What three conditions did the bank set?
what several changes were made
During which decades was the port closed?
On which days is the market held?
Between what years was the canal dug?
What are the three largest lakes of the region?
What are the names of the victims?
What are the main causes of the fire?
What were the demands of the miners?
What were their names?
What are some of the dangers that divers face?
What are two examples of such plants?
What were Marsh's reasons for leaving?
Who are the members of the board?
who were the sponsors of the bill
Who are the singer's brothers?
Who were arrested on Tuesday?
Who were the three judges?
Which of the ships were sunk?
Which European countries took part?
Which former presidents spoke at the funeral?
What government agencies did the audit look at?
What kinds of weapons does the pact ban?
What kinds of fish are sold there?
What languages are spoken in the valley?
Which newspapers were named after the raid?
Along with rice, what crops does the delta grow?
Name the two capitals of the country.
Name three rivers of the north
List the towns that were flooded
Give the names of the winners
Can you tell me which countries voted against it?
Which people were invited?
What women have led the bank?
Name the members of the band
Which large towns in the delta were not flooded?
Besides wheat and rye,what other crops need lime?
Can you list the countries involved?
Could you name the victims?
Can you give me the names of the victims?
Could you please name the three judges?
Tell me the names of the victims.
Names of the victims
The names of all ships in the harbour
List of the towns that were flooded
What are North Korea's demands?
What are South Korea's main exports?
Which U.S. states banned TikTok?
Which Arab states recognised Israel?
Which Democrats voted against it?
Which New York hospitals were closed?
What news agencies reported it?
"""

SPANS = """
Who heads the liaison team?
Who is the engineer who rebuilt the wall?
Who were the Huguenots?
Whose idea was the tunnel?
Whom did the queen meet?
To whom was the letter sent?
When will the new bridge open?
When?
Where was the ship built?
Which town was hit hardest?
Which member of the cabinet resigned?
Which one of the three ships sank?
Which of the ships was sunk?
Which of her plans matters most to the town
Which company owns the mine?
Which sports team won the cup?
Which politician lives in the tower?
What news did the messenger bring?
What series did the author begin?
What happens after the vote?
What stands in the way of a deal?
What protects the harbour from storms?
What causes the noise in the tunnel?
What makes it so hard to climb?
What happens if the load is too high?
What happens when the tide comes in?
What island was she born on?
What did the inspectors find?
What is the capital of the province?
What was the date of the summit?
What are the Danes known for?
What were the talks about?
What were the children taught to do?
What are the workers paid by the owners called?
What are they?
What was the plan?
What religion's schools were closed?
What are Norwegians angry about?
At what time does the gate close?
In which country did the leaders meet?
In which speech did he say when he would return?
Besides the chair, which member of the board may travel?
How many people were hurt?
How much did the house cost?
How long did the siege last?
How old is the tree?
How far is the lighthouse from the town?
How often does the ferry run?
How tall is the statue?
How probable did the banks think a default was?
How successful was the harvest?
How late did the train arrive?
how many of them came home
How was the ship called?
In one word, how did the coach describe the game?
Is the embassy in Rome or in Paris?
Was it the captain or the mate who called for help?
Did the team win or lose?
Had the talks failed, who would have left?
If the dam breaks, what will be flooded?
If she wins what will she get?
Can you tell me who wrote the song?
Do you know when the shop opens?
I wonder where the treasure was found.
Could you say how old the bridge is?
Will Smith's film was shot in which city?
May 8 marks the end of what?
Name the capital of the island.
Name the woman who swam the channel
The council met where?
And in Canada?
What about Japan?
The mayor
What Five Eyes member expelled the envoy?
Which Seven Seas cruise was cancelled?
Which Games were held in Rio?
What chaos followed?
What causes most deaths?
What shows that the ice is melting?
What gets said at such meetings?
What turns lead to gold?
List price of the new iPhone
Could you name the winner?
What Hank Williams said about the founder
What Obama offers
Is it Rome or Paris?
"""

QUESTION_WORDS = ("who", "is", "are", "what", "which", "how", "why", "did", "or", "the", "names", "of", "may", "list")


def listed(questions: str, kind: str) -> list[tuple[str, str]]:
    return [(question, kind) for question in questions.strip().splitlines()]


@pytest.mark.parametrize(
    ("question", "kind"), [*listed(EVIDENCE, "evidence"), *listed(LISTS, "list"), *listed(SPANS, "span")]
)
def test_the_kind_of_answer_that_a_question_asks_for(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "kind"), [*listed(EVIDENCE, "evidence"), *listed(LISTS, "list"), *listed(SPANS, "span")]
)
def test_a_missing_question_mark_and_a_small_first_letter_change_nothing(question: str, kind: str) -> None:
    assert kind_of(question[0].lower() + question[1:].rstrip("?. ")) == kind
    assert kind_of(f"  {question}?? ") == kind


@given(st.text(max_size=300))
def test_every_text_has_a_kind(text: str) -> None:
    assert kind_of(text) in ("span", "list", "evidence")


@given(st.lists(st.sampled_from([*QUESTION_WORDS, *",'’()-?8"])))
def test_any_order_of_question_words_has_a_kind(words: list[str]) -> None:
    assert kind_of(" ".join(words)) in ("span", "list", "evidence")


def test_an_abbreviation_is_no_verb() -> None:
    assert kind_of("IS leader killed in Syria") == "span"
    assert kind_of("IS THE LEADER DEAD") == "evidence"


def test_a_text_without_words_asks_for_a_span() -> None:
    assert [kind_of(text) for text in ("", "  ", "???", "’", "list", "which", "who are")] == ["span"] * 7
