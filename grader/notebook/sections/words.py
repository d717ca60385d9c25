"""What courses call a part of an assignment, in the languages in which they are held."""

from __future__ import annotations

import unicodedata

_TASKS = {
    "Arabic": "مهمة المهمة تمرين التمرين سؤال السؤال مسألة المسألة",
    "Basque": "ariketa galdera",
    "Bulgarian": "задача упражнение въпрос задание",
    "Catalan": "exercici pregunta problema tasca activitat",
    "Chinese": "任务 任務 练习 練習 习题 習題 题 題 题目 題目 问题 問題 思考题 思考題 实验题",
    "Czech": "úkol úloha cvičení otázka příklad",
    "Danish": "opgave øvelse spørgsmål",
    "Dutch": "opdracht oefening opgave vraag taak",
    "English": "task exercise question problem activity challenge",
    "Estonian": "ülesanne harjutus küsimus",
    "Finnish": "tehtävä harjoitus kysymys",
    "French": "exercice question problème tâche activité",
    "German": "Aufgabe Übung Uebung Übungsaufgabe Teilaufgabe Frage Problem",
    "Greek": "άσκηση ερώτηση ερώτημα πρόβλημα θέμα",
    "Hebrew": "תרגיל שאלה משימה בעיה",
    "Hindi": "प्रश्न कार्य अभ्यास समस्या",
    "Hungarian": "feladat gyakorlat kérdés",
    "Indonesian": "tugas soal soalan latihan pertanyaan",
    "Italian": "esercizio quesito domanda problema compito attività",
    "Japanese": "課題 問題 演習 練習 設問 問 問い 大問 小問 練習問題 演習問題 タスク 質問",
    "Korean": "과제 문제 문항 연습 연습문제 실습 질문 물음 태스크",
    "Latvian": "uzdevums jautājums",
    "Lithuanian": "užduotis uždavinys klausimas",
    "Norwegian": "oppgave øving spørsmål",
    "Persian": "سوال تمرین مسئله",
    "Polish": "zadanie ćwiczenie pytanie",
    "Portuguese": "tarefa exercício questão pergunta problema atividade",
    "Romanian": "exercițiul exercițiu problema întrebarea întrebare sarcina",
    "Russian": "задание задача упражнение вопрос",
    "Serbian": "zadatak задатак vježba vežba pitanje питање",
    "Slovak": "úloha cvičenie otázka príklad",
    "Slovene": "naloga vaja vprašanje",
    "Spanish": "tarea ejercicio pregunta problema actividad",
    "Swedish": "uppgift övning fråga",
    "Thai": "ข้อ ข้อที่ แบบฝึกหัด คำถาม โจทย์",
    "Turkish": "görev soru alıştırma",
    "Ukrainian": "завдання задача вправа питання",
    "Vietnamese": "bài câu bài_tập câu_hỏi nhiệm_vụ",
}
_PARTS = (
    "part teil partie parte apartado deel del osa część část časť rész partea bölüm kısım часть частина част dio део "
    "μέρος חלק جزء الجزء بخش भाग 파트 部分 パート phần bagian bahagian ส่วน"
)
_WHOLES = "assignment homework Hausaufgabe devoir trabajo trabalho tema ödev 숙제 作业 作業 宿題 واجب تکلیف εργασία"
_SHORT = "q qn ques quest ex exc exer exo ejer ejerc eserc aufg übg zad prob pb pt hw asgn assn"
_AROUND = (
    "lab lecture week chapter unit session module sheet worksheet tutorial practical practice problemset pset project "
    "blatt übungsblatt kapitel tp td série chapitre semaine práctica prática laboratorio capitolo capítulo tema "
    "лабораторная лекция глава"
)

_KEYCAP = "\u20e3"


def folded(text: str) -> str:
    """Text without the marks on its letters, and without their case: students leave them out, `Ubung 2`."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(map(_plain, letters)))


def _plain(letter: str) -> str:
    if letter == _KEYCAP:
        return ")"
    category = unicodedata.category(letter)
    if category == "No" and (number := unicodedata.numeric(letter, 0.5)).is_integer():
        return f"{number:.0f})"  # ❷
    return "" if category == "Mn" else letter


def _folded(*texts: str) -> frozenset[str]:
    return frozenset(folded(word).replace("_", " ") for text in texts for word in text.split())


PARTS = _folded(_PARTS)
"""They stand for a task, or for a part of one: `Part 2`, `Task 2, part b`."""

WHOLES = _folded(_WHOLES)
"""They stand for a task, or for the assignment itself: `Homework 2` may well be the title of the notebook."""

WEAK = PARTS | WHOLES | _folded(_SHORT)
"""One heading with one of these says little; several that count up do."""

WORDS = _folded(*_TASKS.values()) | WEAK
"""All that may stand for a task, before its number or after it."""

AROUND = WHOLES | _folded(_AROUND, "hw asgn assn")
"""What may come, with a number of its own, before the task's: `Lab 3, Task 2`."""
