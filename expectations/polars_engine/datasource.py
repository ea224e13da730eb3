"""The datasource: frames given at run time, Parquet files and Delta tables. Nothing is read before validation."""

# ruff: noqa: ANN401 - the signatures are those of the library

from __future__ import annotations

from typing import Any, ClassVar, Literal

import polars as pl
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent.batch_identifier_util import make_batch_identifier
from great_expectations.datasource.fluent.batch_request import BatchRequest
from great_expectations.datasource.fluent.constants import _DATA_CONNECTOR_NAME
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from .engine import PolarsExecutionEngine


class _PolarsAsset(DataAsset[Any, Any]):
    """Common to the assets: one batch, all of the data."""

    _options: ClassVar[tuple[str, ...]] = ()

    def _frame(self, options: dict[str, Any]) -> pl.LazyFrame:
        raise NotImplementedError

    def test_connection(self) -> None:
        """Nothing to connect to."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """Names of the options of a batch."""
        return self._options

    def build_batch_request(self, options: Any = None, batch_slice: Any = None, partitioner: Any = None) -> Any:
        """A request for the only batch. Raises BuildBatchRequestError for other options, slices and partitioners."""
        given = dict(options or {})
        if tuple(given) != self._options or batch_slice is not None or partitioner is not None:
            expected = f"the option {self._options[0]} alone" if self._options else "no options"
            raise BuildBatchRequestError(message=f"{self.name} takes {expected}, no slice and no partitioner")
        return BatchRequest(datasource_name=self.datasource.name, data_asset_name=self.name, options=given)

    def get_batch_identifiers_list(self, batch_request: Any) -> list[dict[Any, Any]]:
        """Identifiers of the only batch."""
        return [IDDict(batch_request.options)]

    def get_batch(self, batch_request: Any) -> Batch:
        """The batch; nothing is read yet."""
        spec = RuntimeDataBatchSpec(batch_data=self._frame(batch_request.options))
        data, markers = self.datasource.get_execution_engine().get_batch_data_and_markers(spec)
        definition = LegacyBatchDefinition(
            datasource_name=self.datasource.name,
            data_connector_name=_DATA_CONNECTOR_NAME,
            data_asset_name=self.name,
            batch_identifiers=make_batch_identifier(batch_request.options),
            batch_spec_passthrough=None,
        )
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata=self._get_batch_metadata_from_batch_request(batch_request, ignore_options=("dataframe",)),
            batch_markers=markers,
            batch_spec=spec,
            batch_definition=definition,
        )


class FrameAsset(_PolarsAsset):
    """A frame given at run time as `{"dataframe": frame}`, the only name of the option that the library accepts."""

    type: Literal["polars_frame"] = "polars_frame"
    _options: ClassVar[tuple[str, ...]] = ("dataframe",)

    def _frame(self, options: dict[str, Any]) -> pl.LazyFrame:
        frame = options["dataframe"]
        if not isinstance(frame, pl.LazyFrame | pl.DataFrame):
            raise BuildBatchRequestError(message=f"{self.name} takes a Polars frame, not {type(frame).__name__}")
        return frame.lazy()


class ParquetAsset(_PolarsAsset):
    """Parquet files: a path, a folder or a pattern."""

    type: Literal["polars_parquet"] = "polars_parquet"
    path: str

    def _frame(self, options: dict[str, Any]) -> pl.LazyFrame:
        return pl.scan_parquet(self.path)


class DeltaAsset(_PolarsAsset):
    """A Delta table by its path, at a fixed version if one is given."""

    type: Literal["polars_delta"] = "polars_delta"
    path: str
    version: int | None = None

    def _frame(self, options: dict[str, Any]) -> pl.LazyFrame:
        return pl.scan_delta(self.path, version=self.version)


class PolarsDatasource(Datasource[Any, Any]):
    """Frames, Parquet files and Delta tables, validated by Polars. Parallel workers need one each."""

    asset_types: ClassVar[Any] = [FrameAsset, ParquetAsset, DeltaAsset]
    type: Literal["polars"] = "polars"
    assets: list[FrameAsset | ParquetAsset | DeltaAsset] = []  # noqa: RUF012 - a field, copied for each datasource

    @property
    def execution_engine_type(self) -> Any:
        """The engine of this datasource."""
        return PolarsExecutionEngine

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to connect to."""
