"""A small clinic that has written down what patients ask, on every database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.database import Database
from core.settings import Settings
from core.upgrade import load_tables
from core.workspace import Workspace
from knowledge.retrieval import Knowledge, open_knowledge
from models import Models
from models.loading import load

Open = Callable[[], Knowledge]

CLINIC = {
    "en/cancel.md": """---
title: Cancelling a visit
url: https://clinic.example/cancel
tags: [visits]
questions:
  - can I cancel my appointment?
  - is there a fee for missing an appointment?
---
You can cancel or move an appointment free of charge until 24 hours before it.

## Missed visits
Who does not come and does not cancel pays R$ 80.00.
""",
    "en/tests.md": """---
title: Test results
tags: [tests]
questions:
  - when are my test results ready?
  - where do I see my results?
---
Blood tests are ready in 2 working days, imaging in 5. You find them in the app under Results.
""",
    "en/fasting.md": """---
title: Before a blood test
tags: [tests]
questions:
  - do I have to fast for a blood test?
  - can I drink water before the test?
---
For glucose and cholesterol, eat nothing for 8 hours before the test; water is fine.
""",
    "en/address.md": """---
title: Address and hours
questions:
  - where is the clinic?
  - what are your opening hours?
  - is there parking?
---
The clinic is at Avenida Paulista 1500, open Monday to Friday from 7:00 to 20:00.

There is valet parking for R$ 25.00.
""",
    "pt-BR/cancel.md": """---
title: Desmarcar consulta
tags: [visits]
questions:
  - posso desmarcar minha consulta?
  - pago se faltar à consulta?
---
Você pode desmarcar ou remarcar sem custo até 24 horas antes.

## Faltas
Quem falta sem avisar paga R$ 80,00.
""",
    "pt-BR/tests.md": """---
title: Resultados de exames
tags: [tests]
questions:
  - quando fica pronto meu exame?
  - onde vejo meus resultados?
---
Exames de sangue ficam prontos em 2 dias úteis, os de imagem em 5. Eles aparecem no aplicativo.
""",
    "pt-BR/fasting.md": """---
title: Antes do exame de sangue
tags: [tests]
questions:
  - preciso de jejum para o exame de sangue?
  - posso beber água antes do exame?
---
Para glicose e colesterol, não coma nada por 8 horas antes do exame; água pode.
""",
    "pt-BR/vaccines.md": """---
title: Vacinas
questions:
  - vocês aplicam vacina da gripe?
  - quais vacinas vocês têm?
---
Aplicamos vacinas contra gripe, hepatite B e febre amarela, sem hora marcada.
""",
    "pt-BR/staff.md": """---
title: Descontos que a recepção pode dar
audience: staff
questions:
  - qual desconto posso dar a um paciente?
---
A recepção pode dar até 15% de desconto em consultas particulares.
""",
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """The clinic's folder."""
    return founded(tmp_path / "clinic")


def founded(folder: Path) -> Path:
    """Write the clinic's files."""
    for name, text in CLINIC.items():
        write(folder, name, text)
    (folder / "workspace.yaml").write_text("id: clinic\nname: Clinic\nlanguages: [pt-BR, en]\n")
    return folder


def write(folder: Path, name: str, text: str) -> None:
    """Write an article."""
    path = folder / "knowledge" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def settings(clinic: Path, tmp_path: Path) -> Settings:
    """Settings of the clinic's deployment; without a download, so that every machine does the same."""
    return Settings(data_dir=tmp_path / "data", workspace=clinic, embedder="lexical")


@pytest.fixture
def models(settings: Settings, clinic: Path) -> Models:
    """The embedded models."""
    return load(settings, Workspace(clinic))


@pytest.fixture
def opened(database: Database, clinic: Path, models: Models, settings: Settings) -> Iterator[Open]:
    """Open the clinic's knowledge, as a process does at its start."""
    all_: list[Knowledge] = []

    def open_again() -> Knowledge:
        all_.append(open_knowledge(database, Workspace(clinic), models, settings))
        return all_[-1]

    yield open_again
    for knowledge in all_:
        knowledge.close()


@pytest.fixture
def knowledge(opened: Open) -> Knowledge:
    """What the clinic knows."""
    return opened()


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Knowledge]:
    """What the clinic knows, opened once for tests that only ask."""
    folder, data = tmp_path_factory.mktemp("clinic"), tmp_path_factory.mktemp("data")
    settings = Settings(data_dir=data, workspace=founded(folder), embedder="lexical")
    workspace, database = Workspace(folder), Database(settings.database)
    database.write(load_tables().create_all)
    knowledge = open_knowledge(database, workspace, load(settings, workspace), settings)
    yield knowledge
    knowledge.close()
    database.close()
